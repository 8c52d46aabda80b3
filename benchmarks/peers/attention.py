"""Attention of 8 heads x 4,096 x 64 in PyTorch, as a peer of `Anyformer.Benchmarks step attention` and `step attention-backward`.

PyTorch's own fused attention where it has one (from 2.0), its operators as everybody composed them before. Prints one JSON object: passes a second.
"""
import torch
from torch.nn import functional as F

from peer import begin, measure, parser

HEADS, TOKENS, WIDTH = 8, 4096, 64


def composed(q, k, v):
    return (q * WIDTH**-0.5 @ k.transpose(-2, -1)).softmax(-1) @ v


def main():
    options = parser()
    options.add_argument("--backward", action="store_true", help="a forward and a backward pass")
    options = begin(options)
    inputs = [torch.randn(1, HEADS, TOKENS, WIDTH, requires_grad=options.backward) for _ in range(3)]
    gradient = torch.ones(1, HEADS, TOKENS, WIDTH)
    attention = getattr(F, "scaled_dot_product_attention", composed)

    def work():
        if options.backward:
            torch.autograd.grad(attention(*inputs), inputs, gradient)
        else:
            with torch.inference_mode():
                attention(*inputs)

    measure(work, options, warm_up=1)


if __name__ == "__main__":
    main()
