"""Assets, once called datasets."""

from __future__ import annotations

from fanjet.airflow.table.entries import ModuleNames, home

ASSETS: ModuleNames = {
    **home(
        "fanjet.authoring.assets", "Asset", "AssetAccessControl", "AssetAlias", "AssetAll", "AssetAny",
        "AssetWatcher", "BaseAsset", "Model",
    ),
    "Dataset": "fanjet.airflow.datasets:Dataset",
    "DatasetAlias": "fanjet.authoring.assets:AssetAlias",
    "DatasetAll": "fanjet.authoring.assets:AssetAll",
    "DatasetAny": "fanjet.authoring.assets:AssetAny",
    "BaseDataset": "fanjet.authoring.assets:BaseAsset",
    **home("fanjet.runtime.asset_events", "Metadata"),
    **home("fanjet.authoring.asset_decorator", "asset"),
}  # fmt: skip
