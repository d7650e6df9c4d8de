"""Tiles stream into arrays without copies, every spectrum once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from qsospec_duck.errors import ConfigError, TileError
from qsospec_duck.tiles import as_arrays, convert_tile, stream_batches, torch_dataset


@pytest.fixture(scope="module")
def tiles(tmp_path_factory, make_fits) -> Path:
    """Two tiles of 150 and 3 quasars."""
    folder = tmp_path_factory.mktemp("stream")
    for pixel, n in ((1, 150), (2, 3)):
        ids = [1000 * pixel + i for i in range(n)]
        name = f"main-dark-{pixel}.fits"
        make_fits.make_coadd(folder / f"coadd-{name}", ids, cameras="Z", cards={"HPXPIXEL": pixel})
        make_fits.make_redrock(folder / f"redrock-{name}", ids)
        convert_tile(folder / f"coadd-{name}", folder / "tiles", release="dr1")
    return folder / "tiles"


def test_batches_are_row_groups_and_arrays_are_views_of_them(tiles: Path) -> None:
    batches = list(stream_batches(tiles, ("target_id", "z", "flux", "spectype", "rr_chi2", "rr_nbest")))
    assert [batch.num_rows for batch in batches] == [64, 64, 22, 3]
    arrays = as_arrays(batches[1])
    assert arrays["flux"].shape == (64, 7751)
    assert arrays["flux"].dtype == np.float32
    assert not arrays["flux"].flags.owndata
    buffer = batches[1].column("flux").values.buffers()[1]
    assert buffer.address <= arrays["flux"].ctypes.data < buffer.address + buffer.size
    assert arrays["target_id"].tolist() == list(range(1064, 1128))
    assert arrays["spectype"][0] == "QSO"
    assert arrays["rr_nbest"][0] is None
    known = pq.read_table(next(tiles.rglob("*_150_qsos.parquet")))["flux"].to_pylist()[64:128]
    assert np.array_equal(arrays["flux"], np.array(known, np.float32))


def test_small_batches_and_slices_keep_their_rows(tiles: Path) -> None:
    ids, fluxes = [], []
    for batch in stream_batches(tiles, ("target_id", "flux"), batch_size=10):
        arrays = as_arrays(batch)
        assert len(arrays["flux"]) == len(arrays["target_id"]) <= 10
        ids += arrays["target_id"].tolist()
        fluxes.append(arrays["flux"][:, 6000].copy())
    assert ids == [*range(1000, 1150), 2000, 2001, 2002]
    whole = np.concatenate([as_arrays(batch)["flux"][:, 6000] for batch in stream_batches(tiles, ("flux",))])
    assert np.array_equal(np.concatenate(fluxes), whole)


def test_shares_hold_every_spectrum_once_in_any_order(tiles: Path) -> None:
    known = set(range(1000, 1150)) | {2000, 2001, 2002}
    for shuffle in (None, 3):
        parts = [
            [one for batch in stream_batches(tiles, ("target_id",), shuffle=shuffle, share=(i, 3))
             for one in batch.column("target_id").to_pylist()]
            for i in range(3)
        ]  # fmt: skip
        assert sum(len(part) for part in parts) == 153
        assert {one for part in parts for one in part} == known
    orders = [[b.num_rows for b in stream_batches(tiles, ("z",), shuffle=seed)] for seed in range(8)]
    assert len({tuple(order) for order in orders}) > 1


def test_what_cannot_be_streamed_is_refused(tiles: Path, tmp_path: Path) -> None:
    with pytest.raises(TileError, match="no column nothing"):
        next(stream_batches(tiles, ("nothing",)))
    with pytest.raises(TileError, match="no tile"):
        next(stream_batches(tmp_path))
    with pytest.raises(ConfigError, match="share is"):
        next(stream_batches(tiles, share=(3, 3)))


@pytest.mark.parametrize(("workers", "shuffle"), [(0, None), (0, 5), (1, None), (3, None), (3, 5)])
@pytest.mark.filterwarnings("ignore:This DataLoader will create 3 worker processes")
def test_torch_sees_every_spectrum_once_whatever_the_workers(tiles: Path, workers: int, shuffle: int | None) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'qsospec_duck[torch]'")
    dataset = torch_dataset(tiles, ("target_id", "z", "flux", "spectype"), batch_size=40, shuffle=shuffle)
    assert isinstance(dataset, torch.utils.data.IterableDataset)
    # Forked workers would inherit the threads of this process.
    context = "spawn" if workers else None
    loader = torch.utils.data.DataLoader(dataset, batch_size=None, num_workers=workers, multiprocessing_context=context)
    found = {}
    for batch in loader:
        assert batch["flux"].dtype == torch.float32
        assert batch["flux"].shape == (len(batch["target_id"]), 7751)
        assert set(batch["spectype"]) == {"QSO"}
        for target, flux in zip(batch["target_id"].tolist(), batch["flux"], strict=True):
            assert target not in found, f"target {target} came twice"
            found[target] = float(flux[6000])
    known = [as_arrays(batch) for batch in stream_batches(tiles, ("target_id", "flux"))]
    assert found == {
        int(target): float(flux[6000])
        for arrays in known
        for target, flux in zip(arrays["target_id"], arrays["flux"], strict=True)
    }
    assert len(found) == 153


def test_torch_is_named_where_it_is_missing(tiles: Path) -> None:
    try:
        import torch  # noqa: F401
    except ImportError:
        with pytest.raises(ConfigError, match="PyTorch is not installed"):
            torch_dataset(tiles)
    else:
        pytest.skip("PyTorch is here")
