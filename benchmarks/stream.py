"""Millions of answers coded by ``msfresearch themes code``: time and memory.

``python benchmarks/stream.py [--answers N] [--comments FILE]`` from the checkout. The Madrid
comments are written over and over, each under an id of its own, until there are as many answers
as asked for (5,000,000 by default); then the command line codes the file in a process of its own,
whose peak of resident memory and whose time are printed. The aim is under 1 GB. Beside it stands
pandas reading the same file, in a process of its own: what a program needs that holds all.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HOME = Path(__file__).resolve().parent.parent
MIRROR = Path(os.environ.get("MSFRESEARCH_MIRROR") or HOME.parent / "shared" / "data")
COMMENTS = "es_decide_madrid_comments.csv"
ROWS = 100_000


def write_answers(path: Path, texts: list[str], n: int) -> None:
    """A file of n answers, in row groups."""
    schema = pa.schema([(name, pa.string()) for name in ("answer_id", "text", "language")])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, n, ROWS):
            at = range(start, min(start + ROWS, n))
            columns = {
                "answer_id": [f"a{i}" for i in at],
                "text": [texts[i % len(texts)] for i in at],
                "language": ["es"] * len(at),
            }
            writer.write_table(pa.table(columns, schema=schema))


def measure(*command: str | Path) -> tuple[float, float]:
    """Seconds and gigabytes (peak of resident memory) of a command."""
    start = time.perf_counter()
    with subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(child.returncode)
    return time.perf_counter() - start, used.ru_maxrss / 1024**2


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=5_000_000)
    parser.add_argument("--comments", type=Path, default=MIRROR / COMMENTS)
    given = parser.parse_args()
    read = pd.read_csv(given.comments, dtype="str", keep_default_na=False)["text"]
    texts = [text for text in read.tolist() if text.strip()]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "answers.parquet", Path(folder) / "hits.parquet"
        write_answers(source, texts, given.answers)
        program = Path(sys.executable).with_name("msfresearch")
        seconds, gigabytes = measure(program, "themes", "code", source, target)
        hits = pq.ParquetFile(target).metadata.num_rows
        print(f"{given.answers:,} answers, {hits:,} hits", flush=True)
        print(f"msfresearch themes code: {seconds:7.1f} s, {gigabytes:.2f} GB", flush=True)
        code = f"import pandas; pandas.read_parquet({str(source)!r})"
        seconds, gigabytes = measure(sys.executable, "-c", code)
        print(f"pandas, reading alone:   {seconds:7.1f} s, {gigabytes:.2f} GB")


if __name__ == "__main__":
    main()
