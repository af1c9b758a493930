"""Assets, once called datasets."""

from __future__ import annotations

from fanjet.airflow.table.entries import ASSET_EVENTS, Missing, ModuleNames, home, missing

ASSETS: ModuleNames = {
    **home(
        "fanjet.authoring.assets", "Asset", "AssetAlias", "AssetAll", "AssetAny", "BaseAsset", "Model",
    ),
    "Dataset": "fanjet.airflow.datasets:Dataset",
    "DatasetAlias": "fanjet.authoring.assets:AssetAlias",
    "DatasetAll": "fanjet.authoring.assets:AssetAll",
    "DatasetAny": "fanjet.authoring.assets:AssetAny",
    "BaseDataset": "fanjet.authoring.assets:BaseAsset",
    **missing(Missing("who may do what is a setting of the server", "leave it out"), "AssetAccessControl"),
    **missing(ASSET_EVENTS, "AssetWatcher"),
    **home("fanjet.runtime.asset_events", "Metadata"),
    **home("fanjet.authoring.asset_decorator", "asset"),
}  # fmt: skip
