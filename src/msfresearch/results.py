"""What the stages of a wave left: Parquet and JSON, checked by their hashes when they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msfresearch.errors import StageError
from msfresearch.files import sha256_of, staged_folder

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Results:
    """The folder of a wave's results, one folder in it per stage.

    Attributes
    ----------
    folder : Path
        Where they are.
    wave : str
        The wave's id.
    """

    folder: Path
    wave: str

    def save(
        self,
        stage: str,
        tables: Mapping[str, pd.DataFrame],
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep a stage's results: all of them at once, or none.

        Parameters
        ----------
        stage : str
            Name of the stage: clean, themes, success …
        tables : dict of DataFrame
            Each becomes a Parquet file.
        facts : dict, optional
            Single values that later stages and reports need; JSON.
        """
        with staged_folder(self.folder / stage) as folder:
            for name, table in tables.items():
                table.to_parquet(folder / f"{name}.parquet", index=False)
            (folder / "facts.json").write_text(_json(facts or {}), encoding="utf-8")
            outputs = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
            manifest = {"wave": self.wave, "stage": stage, "outputs": outputs}
            (folder / "manifest.json").write_text(_json(manifest), encoding="utf-8")

    def stages(self) -> tuple[str, ...]:
        """Stages that have results."""
        return tuple(sorted(path.parent.name for path in self.folder.glob("*/manifest.json")))

    def tables(self, stage: str) -> tuple[str, ...]:
        """Names of a stage's tables."""
        outputs = self._outputs(stage)
        return tuple(name.removesuffix(".parquet") for name in outputs if name.endswith(".parquet"))

    def table(self, stage: str, name: str) -> pd.DataFrame:
        """One table of a stage's results.

        Raises
        ------
        StageError
            When the stage has not run, has no such table, or its file was changed since.
        """
        import pandas as pd

        return pd.read_parquet(self._checked(stage, f"{name}.parquet"))

    def facts(self, stage: str) -> dict[str, Any]:
        """Single values of a stage's results."""
        found = json.loads(self._checked(stage, "facts.json").read_text(encoding="utf-8"))
        return dict(found)

    def _outputs(self, stage: str) -> dict[str, str]:
        path = self.folder / stage / "manifest.json"
        if not path.exists():
            raise StageError(
                f"the stage {stage} has no results for {self.wave}",
                found=", ".join(self.stages()) or "no stage",
                action=f"run: msfresearch run {self.wave} --to {stage}",
            )
        try:
            return dict(json.loads(path.read_text(encoding="utf-8"))["outputs"])
        except (ValueError, LookupError, TypeError):
            raise StageError(
                "a list of results that cannot be read",
                file=path,
                action=f"run: msfresearch run {self.wave} --force",
            ) from None

    def _checked(self, stage: str, file: str) -> Path:
        outputs = self._outputs(stage)
        path = self.folder / stage / file
        if file not in outputs:
            raise StageError(
                "no such result",
                file=path.parent,
                found=file,
                expected=", ".join(outputs),
            )
        if not path.exists() or sha256_of(path) != outputs[file]:
            raise StageError(
                "a result is gone or was changed after its stage ran",
                file=path,
                action=f"run: msfresearch run {self.wave} --force",
            )
        return path


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
