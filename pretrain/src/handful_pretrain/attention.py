"""Attention over short sequences, and the norm before it, with backward passes of their own.

Plain batched products: the fused kernels' backward is slow on a CPU for so few keys, and softmax over fewer than 16
values is several times slower there than the exponential and the sum by themselves (figures in LOG.md).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

__all__ = ["attend", "normed"]


def _weights(query: Tensor, key: Tensor) -> Tensor:
    score = torch.bmm(query, key.mT).float()
    score = score - score.amax(-1, keepdim=True)
    weight = score.exp_()
    return weight.div_(weight.sum(-1, keepdim=True)).to(query.dtype)


class _Attend(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        weight = _weights(query, key)
        ctx.save_for_backward(query, key, value, weight)
        return torch.bmm(weight, value)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        query, key, value, weight = ctx.saved_tensors
        gradient = gradients[0].contiguous()
        to_weight = torch.bmm(gradient, value.mT).mul_(weight)
        score = to_weight.sub_(weight * to_weight.sum(-1, keepdim=True))
        return torch.bmm(score, key), torch.bmm(score.mT, query), torch.bmm(weight.mT, gradient)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """(batch, query, width) softmax(query key') value; the query comes scaled."""
    if torch.is_grad_enabled():
        out: Tensor = _Attend.apply(query, key, value)  # type: ignore[no-untyped-call]
        return out
    return torch.bmm(_weights(query, key), value)


class _Normed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, dtype: torch.dtype) -> Tensor:
        factor = _factor(x)
        y = (x * factor).to(dtype)
        ctx.save_for_backward(y, factor)
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        y, factor = ctx.saved_tensors
        gradient = gradients[0]
        along = (gradient * y).sum(-1, keepdim=True, dtype=torch.float32) / y.shape[-1]
        return torch.addcmul(gradient.float(), y, along, value=-1).mul_(factor), None


def _factor(x: Tensor) -> Tensor:
    return (x.square().mean(-1, keepdim=True) + 1e-6).rsqrt()


def normed(x: Tensor, dtype: torch.dtype) -> Tensor:
    """x with root mean square 1 along the last axis, in the type that products are made in."""
    if torch.is_grad_enabled():
        out: Tensor = _Normed.apply(x, dtype)  # type: ignore[no-untyped-call]
        return out
    return (x * _factor(x)).to(dtype)
