"""The errors this package raises, as a tree.

    QsospecDuckError
    ├── ReaderError      (ValueError)    a survey file or table that cannot be read as spectra
    ├── TransferError    (OSError)       a file that an archive does not give
    │   ├── AbsentError                  no mirror has it
    │   └── ChecksumError                its bytes are not those the release published
    ├── StoreError       (OSError)       an object store that refused or did not answer
    ├── TileError        (ValueError)    a tile that breaks the tile contract
    ├── SpectrumError    (ValueError)    arrays, units or a redshift that make no spectrum
    │   └── FrameError                   an operation in the wrong frame
    ├── ConfigError      (ValueError)    an option, recipe or template that makes no sense
    ├── FitError         (RuntimeError)  a fit that cannot be started on this spectrum
    ├── RunError         (RuntimeError)  a run bundle that is damaged, locked or of another schema
    │   └── ConfigurationMismatchError   a run that was made with other scientific options
    └── NotInRunError    (KeyError)      an object, table or calibration that a run does not hold

Each also inherits the built-in kind that a caller expects. A message says where, what was
found and what would be right. A difficult spectrum is no error: it becomes rows with warnings.
"""


class QsospecDuckError(Exception):
    """Base class of every error that this package raises on purpose."""


class ReaderError(QsospecDuckError, ValueError):
    """A survey file or table cannot be read as spectra."""


class TransferError(QsospecDuckError, OSError):
    """An archive does not give a file."""


class AbsentError(TransferError):
    """No mirror of an archive has the file."""


class ChecksumError(TransferError):
    """The bytes of a file are not those that the release published."""


class TileError(QsospecDuckError, ValueError):
    """A tile breaks the tile contract."""


class SpectrumError(QsospecDuckError, ValueError):
    """Arrays, units or a redshift do not make a spectrum."""


class FrameError(SpectrumError):
    """An operation was asked for in the wrong frame."""


class ConfigError(QsospecDuckError, ValueError):
    """An option, a recipe or a template makes no sense."""


class FitError(QsospecDuckError, RuntimeError):
    """A fit cannot be started on this spectrum."""


class RunError(QsospecDuckError, RuntimeError):
    """A run bundle is damaged, locked or of another schema."""


class ConfigurationMismatchError(RunError):
    """A run directory holds results made with other scientific options."""


class NotInRunError(QsospecDuckError, KeyError):
    """A run does not hold the object, table or calibration that was asked for."""

    def __str__(self) -> str:
        # KeyError quotes its argument; a sentence reads better bare.
        return str(self.args[0]) if self.args else ""


class StoreError(QsospecDuckError, OSError):
    """An object store refused or did not answer."""
