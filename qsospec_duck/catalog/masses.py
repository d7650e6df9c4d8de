"""Which columns of ``catalog`` go into which mass relation: one list for ``catalog`` and for ``recalibrated()``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MassColumn:
    """One relation of ``sql/mass`` and the columns that it is fed."""

    name: str
    """Macro, and column of the result."""

    line: str
    """Suffix of the line's columns: ``hb`` in ``fwhm_hb``."""

    relation: str
    """Name among the relations of the line, as ``mass_relations`` has it."""

    light: str
    """Column of the luminosity."""

    takes_blueshift: bool = False
    """Whether the offset of the line, positive toward the blue, goes in, too."""

    def value(self, row: str) -> str:
        """SQL of the mass from the columns of ``row``."""
        blueshift = f", -{row}.voff_{self.line}" if self.takes_blueshift else ""
        return f"{self.name}({row}.fwhm_{self.line}{blueshift}, {row}.{self.light})"

    def error(self, row: str) -> str:
        """SQL of its statistical error."""
        blueshift = f", -{row}.voff_{self.line}, {row}.voff_{self.line}_err" if self.takes_blueshift else ""
        width = f"{row}.fwhm_{self.line}, {row}.fwhm_{self.line}_err"
        return f"{self.name}_err({width}{blueshift}, {row}.{self.light}_err)"


MASSES = (
    MassColumn("logmbh_hb", "hb", "vp06", "logl5100"),
    MassColumn("logmbh_hb_md04", "hb", "md04", "logl5100"),
    MassColumn("logmbh_mgii", "mgii", "vo09", "logl3000"),
    MassColumn("logmbh_mgii_s11", "mgii", "s11", "logl3000"),
    MassColumn("logmbh_mgii_md04", "mgii", "md04", "logl3000"),
    MassColumn("logmbh_civ", "civ", "vp06", "logl1350"),
    MassColumn("logmbh_civ_c17", "civ", "c17", "logl1350", takes_blueshift=True),
    MassColumn("logmbh_ha", "ha", "gh05", "logl_ha"),
    MassColumn("logmbh_ha_s11", "ha", "s11", "logl_ha"),
)
"""Every relation; the first of a line is the one that ``logmbh`` of ``catalog`` takes."""


def relations_of(line: str) -> tuple[MassColumn, ...]:
    """Relations of one line, the default first."""
    return tuple(mass for mass in MASSES if mass.line == line)
