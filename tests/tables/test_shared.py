"""The table of what left: one row for a text that left in one form, whatever it was read as."""

from __future__ import annotations

from typing import Any

from harness.tables.shared import SHARED, shared

FLOW = {"protocol": "https", "url": "https://t.example/e"}


def sighting(flow: str, kind: str, value: str = "9f1c7ab2e04d5536", where: str = "body $.id", **others: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "flow": flow, "t": int(flow[1:]), "kind": kind, "value": value, "where": where, "sender": "ad SDK", "host": "t.example",
        "party": "", "relation": "third", "stage": "before_consent", "scenario": "s", "encodings": [], "variant": "raw",
        "calls": ["c1"], "via": [], "readers": ["app"], "read_before": True,
    }  # fmt: skip
    return made | others


def rows(*sightings: dict[str, Any]) -> list[dict[str, Any]]:
    frame = shared(sightings, {one["flow"]: FLOW for one in sightings})
    assert list(frame.columns) == list(SHARED)
    return frame.to_dict("records")


def test_a_text_that_was_read_as_two_kinds_left_once() -> None:
    (row,) = rows(
        sighting("f1", "android_id"), sighting("f1", "device_id_other", calls=["c2"], readers=["other SDK"]),
        sighting("f2", "android_id"), sighting("f2", "device_id_other", calls=["c2"]),
    )  # fmt: skip
    assert (row["kind"], row["also"], row["count"], row["flows"]) == ("android_id", ["device_id_other"], 2, ["f1", "f2"])
    assert (row["calls"], row["readers"], row["read_by"]) == (["c1", "c2"], ["app", "other SDK"], "c1")


def test_the_same_text_in_two_places_stays_two_kinds() -> None:
    found = rows(sighting("f1", "age", "18"), sighting("f1", "battery", "18", "body $.level"))
    assert [(row["kind"], row["also"]) for row in found] == [("age", []), ("battery", [])]


def test_of_one_kind_in_two_places_of_one_request_the_request_counts_once() -> None:
    (row,) = rows(sighting("f1", "imei"), sighting("f1", "imei", where="url query"), sighting("f2", "imei"))
    assert (row["count"], row["first_ns"], row["last_ns"]) == (2, 1, 2)


def test_another_form_another_recipient_and_the_clear_are_rows_of_their_own() -> None:
    found = rows(
        sighting("f1", "imei"), sighting("f2", "imei", encodings=["base64"]), sighting("f3", "imei", host="u.example"),
        sighting("f4", "imei", stage="after_agree"),
    )  # fmt: skip
    assert len(found) == 4
