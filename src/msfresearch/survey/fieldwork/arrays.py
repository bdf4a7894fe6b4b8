"""Arrays of numbers, and adding up their rows by code."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Numbers; shapes are told where they are used.
Array = np.ndarray[Any, np.dtype[Any]]
#: True and false.
Flags = np.ndarray[Any, np.dtype[np.bool_]]
#: The category, cluster or kind of each row, from 0 without gaps.
Codes = np.ndarray[Any, np.dtype[Any]]


def adder(code: Codes) -> Any:
    """Sparse matrix of shape (codes, rows) that adds up rows by code."""
    from scipy.sparse import csr_matrix

    n = len(code)
    return csr_matrix((np.ones(n), (code, np.arange(n))), shape=(int(code.max(initial=-1)) + 1, n))


def dummies(codes: list[Codes]) -> Array:
    """Columns of 0 and 1: a constant, and for each variable its categories after the first.

    Parameters
    ----------
    codes : list of array of int, shape (n,)
        One per variable.

    Returns
    -------
    array, shape (n, 1 + sum of categories - variables)
    """
    parts = [np.ones((len(codes[0]), 1))]
    parts += [(code[:, None] == np.arange(1, code.max() + 1)).astype(float) for code in codes]
    return np.hstack(parts)
