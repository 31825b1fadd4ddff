"""Measure how fast an export becomes Parquet, beside pandas on the same file in the same run.

    python -m benchmarks.read_exports --rows 300000

pandas.read_csv is given every advantage: it reads all columns as it likes, checks nothing and writes nothing.
A second line has it do what an extract has to end with: exact decimals, dates, moments in UTC, Parquet.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd

from flitstack_pipeline.mapping.spec import ColumnSpec, ObjectSpec
from flitstack_pipeline.sources.exports import ExportSource

COLUMNS = {
    "payment_id": ColumnSpec(type="id"),
    "invoice": ColumnSpec(type="id"),
    "customer": ColumnSpec(type="text"),
    "email": ColumnSpec(type="text"),
    "amount": ColumnSpec(type="decimal"),
    "quantity": ColumnSpec(type="integer"),
    "paid_on": ColumnSpec(type="date"),
    "created": ColumnSpec(type="datetime"),
    "approved": ColumnSpec(type="boolean"),
    "notes": ColumnSpec(type="text"),
}


def write_export(path: Path, rows: int) -> None:
    """Write payments as a field-service system exports them: quoted notes, day first, dollars with commas."""
    rng = random.Random(7)  # noqa: S311  # example data, not cryptography
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(COLUMNS) + "\r\n")
        for i in range(rows):
            day, month, hour, minute = rng.randint(1, 28), rng.randint(1, 12), rng.randint(8, 18), rng.randint(0, 59)
            amount = (
                f'"${rng.randint(1, 9)},{rng.randint(0, 999):03d}.{rng.randint(0, 99):02d}"'
                if i % 3
                else f"{i % 500}.50"
            )
            file.write(
                f"{i:08d},INV-{i // 2:07d},Customer {rng.randint(1, 20_000)},user{rng.randint(1, 20_000)}@example.com,"
                f"{amount},"
                f"{rng.randint(1, 9)},{day:02d}/{month:02d}/2024,{day:02d}/{month:02d}/2024 {hour:02d}:{minute:02d}:00,"
                f'{"Yes" if i % 2 else "No"},"Paid at the door, thanks"\r\n'
            )


def extract(path: Path) -> int:
    """Read with the project: typed, checked, with rejects, to Parquet."""
    objects = {"payments": ObjectSpec(files="payments", key="payment_id", columns=COLUMNS)}
    source = ExportSource(path.parent, objects, timezone="Australia/Sydney", date_order={}, decimal_mark={})
    return source.extract("payments", into=path.parent / "out").rows


def pandas_read(path: Path) -> int:
    """Read with pandas, nothing more."""
    return len(pd.read_csv(path))


def pandas_same_result(path: Path) -> int:
    """Read with pandas and bring it to the same types and file; no check, no provenance, no rejects."""
    frame = pd.read_csv(path, dtype=str)
    frame["amount"] = frame["amount"].str.replace(r"[$,]", "", regex=True).map(Decimal)
    frame["quantity"] = frame["quantity"].astype("int64")
    frame["paid_on"] = pd.to_datetime(frame["paid_on"], format="%d/%m/%Y").dt.date
    created = pd.to_datetime(frame["created"], format="%d/%m/%Y %H:%M:%S")
    frame["created"] = created.dt.tz_localize("Australia/Sydney", ambiguous="NaT", nonexistent="NaT").dt.tz_convert(
        "UTC"
    )
    frame["approved"] = frame["approved"].map({"Yes": True, "No": False})
    frame.to_parquet(path.parent / "pandas.parquet")
    return len(frame)


def measure(name: str, run: Callable[[Path], int], path: Path) -> None:
    """Print one line. The peak is that of the process so far, so the order matters: the extract comes first."""
    start, cpu = time.perf_counter(), time.process_time()
    rows = run(path)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{name:<48}{seconds:>8.2f} s {cpu:>8.2f} s CPU {rows / seconds:>12,.0f} rows/s  peak {peak:,.0f} MB\n"
    )


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payments.csv"
        write_export(path, rows)
        sys.stdout.write(f"{rows:,} rows, {len(COLUMNS)} columns, {path.stat().st_size / 1e6:.0f} MB\n")
        measure("ExportSource.extract (typed, checked, Parquet)", extract, path)
        measure("pandas.read_csv (as it likes, in memory)", pandas_read, path)
        measure("pandas to the same types and Parquet, unchecked", pandas_same_result, path)


if __name__ == "__main__":
    main()
