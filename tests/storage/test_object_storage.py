"""Values at URLs, on a real S3 server: they come back whole, or the error says whose, where, why and the fix."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice

import numpy as np
import pandas as pd
import pytest

from fanjet.errors import ExecutionError, OperationError
from fanjet.runtime import value_objects
from fanjet.runtime.masked_urls import mask_urls
from fanjet.runtime.value_objects import check_place
from fanjet.runtime.value_store import ValueOwner, ValueStore
from fanjet.runtime.values import decode, decode_many, encode, find_reference, to_json
from storage.conftest import Bucket

OWNER = ValueOwner(7, "load", (3,), 2, "return_value")


def test_values_of_all_kinds_come_back_from_s3(bucket: Bucket) -> None:
    store = ValueStore(bucket.url)
    frame = pd.DataFrame({"a": range(50_000), "c": pd.Categorical(["x", "y"] * 25_000)})
    for value in (b"\x00" * 100_000, "text " * 20_000, [{"i": i} for i in range(9_000)], {1.5: "a" * 70_000}):
        back = decode(encode(value, store, OWNER))
        assert back == (value if not isinstance(value, dict) else {"1.5": "a" * 70_000})
    data = encode(frame, store, OWNER)
    pd.testing.assert_frame_equal(decode(data), frame)
    reference = find_reference(data)
    assert reference.uri.startswith(f"{bucket.url}/7/load/3/2-return_value-")
    assert bucket.get(reference.uri)[:4] == b"PAR1", "any program can read it"
    np.testing.assert_array_equal(decode(encode(np.arange(40_000), store, OWNER)), np.arange(40_000))


def test_small_values_never_go_there(bucket: Bucket) -> None:
    encode("small", ValueStore("s3://no-such-bucket/x"), OWNER)
    encode("small", ValueStore(bucket.url), OWNER)
    assert bucket.list_keys() == []


def test_many_are_read_in_order_and_only_as_far_as_someone_reads(bucket: Bucket) -> None:
    store = ValueStore(bucket.url, inline_bytes=0)
    page = [encode([i] * 10, store, OWNER._replace(path=(i,))) for i in range(60)]
    page.insert(30, encode("inline", ValueStore(bucket.url), OWNER))
    assert list(decode_many(page)) == [*([i] * 10 for i in range(30)), "inline", *([i] * 10 for i in range(30, 60))]
    bucket.delete(find_reference(page[50]).uri)
    assert list(islice(decode_many(page), 10)) == [[i] * 10 for i in range(10)]
    with pytest.raises(ExecutionError, match=r"task 'load'\[49\]"):
        list(decode_many(page))


def test_a_value_that_is_gone_names_itself_and_the_command_that_makes_it_anew(bucket: Bucket) -> None:
    data = encode("x" * 70_000, ValueStore(bucket.url), OWNER)
    uri = find_reference(data).uri
    bucket.delete(uri)
    with pytest.raises(ExecutionError) as caught:
        decode(data)
    assert str(caught.value) == (
        f"The value 'return_value' of task 'load'[3] (run 7, try 2) could not be read from {uri}: the object is gone. "
        "Fix: bring it back, or run that task again: fanjet rerun 7 --task load --map-index 3."
    )
    assert to_json(data)["preview"].startswith("xxx"), "its preview needs no store"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data[:-5], "it has 69,998 bytes and was written with 70,003"),
        (lambda data: data[:-5] + b"yyyyy", "the checksum differs"),
    ],
    ids=["short", "altered"],
)
def test_a_damaged_object_is_an_error_and_never_a_value(bucket: Bucket, change, words: str) -> None:
    data = encode("x" * 70_000, ValueStore(bucket.url), OWNER)
    uri = find_reference(data).uri
    bucket.put(uri, change(bucket.get(uri)))
    with pytest.raises(ExecutionError, match=f"it is damaged: .*{words}"):
        decode(data)


def test_a_store_that_may_only_be_read_fails_the_write_and_leaves_nothing(bucket: Bucket) -> None:
    bucket.deny("s3:PutObject")
    with pytest.raises(ExecutionError) as caught:
        encode("x" * 70_000, ValueStore(bucket.url), OWNER)
    text = str(caught.value)
    assert text.startswith(
        "The value 'return_value' of task 'load'[3] (70,003 bytes) could not be stored in s3://bucket-"
    )
    assert "access is denied" in text
    assert "Fix: allow the user or key" in text
    assert bucket.list_keys() == []
    check_place(bucket.url)  # whether writing is allowed shows when it is done


def test_a_store_that_may_not_be_read_says_so(bucket: Bucket) -> None:
    data = encode("x" * 70_000, ValueStore(bucket.url), OWNER)
    bucket.deny("s3:GetObject")
    with pytest.raises(ExecutionError, match=r"could not be read from .*: access is denied"):
        decode(data)


def test_a_bucket_that_does_not_exist_is_found_before_and_while_writing(bucket: Bucket) -> None:
    check_place(bucket.url)
    with pytest.raises(ExecutionError, match=r"value store s3://nowhere-1/x cannot be used: the bucket does not exist"):
        check_place("s3://nowhere-1/x")
    with pytest.raises(ExecutionError, match=r"\(70,003 bytes\) could not be stored in .*: the bucket does not exist"):
        encode("x" * 70_000, ValueStore("s3://nowhere-1/x"), OWNER)


def test_a_server_that_is_not_there_is_told_by_its_address(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(value_objects, "_ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    value_objects._open(bucket.url)[0].clear_instance_cache()
    with pytest.raises(ExecutionError, match=r"the store cannot be reached .*127\.0\.0\.1:9") as caught:
        check_place(bucket.url)
    assert "the-secret-of-the-key" not in str(caught.value)
    value_objects._open(bucket.url)[0].clear_instance_cache()


def test_missing_credentials_say_which_to_set(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    value_objects._open(bucket.url)[0].clear_instance_cache()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "/nonexistent")
    with pytest.raises(ExecutionError, match=r"no credentials were found.*AWS_ACCESS_KEY_ID"):
        check_place(bucket.url)
    value_objects._open(bucket.url)[0].clear_instance_cache()


@pytest.mark.parametrize("url", ["s3://key:hidden@bucket/x", "sftp://me:hidden@host/x", "abfs://c@a/x?sig=hidden"])
def test_credentials_in_the_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(OperationError, match="has credentials in it") as caught:
        check_place(url)
    assert "hidden" not in str(caught.value)


def test_what_libraries_say_is_repeated_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "abcd/efgh")
    said = 'no "http://me:hidden@host:9/b?X-Amz-Signature=hidden&n=1" with abcd/efgh'
    assert mask_urls(said) == 'no "http://***@host:9/b?X-Amz-Signature=***&n=1" with ***'


def test_an_unknown_protocol_and_a_missing_library_say_what_to_do() -> None:
    with pytest.raises(OperationError, match="Protocol not known: nowhere"):
        check_place("nowhere://x/y")
    program = """
import sys
sys.modules["s3fs"] = None
from fanjet.runtime.store_check import main
sys.exit(main("s3://bucket/x"))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stdout == (
        "The setting values_url is on S3, and the library for it, s3fs, is not installed. "
        "Fix: pip install 'fanjet[s3]'.\n"
    )


def test_stores_in_memory_work_within_one_process() -> None:
    data = encode("x" * 70_000, ValueStore("memory://values"), OWNER)
    assert decode(data) == "x" * 70_000
