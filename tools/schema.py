"""Write docs/formats/examination.schema.json from the records that `examine --json` prints."""

from pathlib import Path

import msgspec

from habeas.domain.finding import Examination


def main() -> None:
    schema = msgspec.json.schema(Examination)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "habeas examine --json", **schema}
    target = Path(__file__).resolve().parents[1] / "docs" / "formats" / "examination.schema.json"
    target.write_bytes(msgspec.json.format(msgspec.json.encode(schema), indent=1) + b"\n")


if __name__ == "__main__":
    main()
