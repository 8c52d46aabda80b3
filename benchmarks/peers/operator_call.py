"""Calls of one small operator from Python, as a peer of `Anyformer.Benchmarks step operator`: an 8 x 8 addition whose result is dropped."""
import torch

from peer import begin, measure, parser

CALLS = 10_000


def main():
    options = begin(parser())
    a, b = torch.randn(8, 8), torch.randn(8, 8)

    def calls():
        for _ in range(CALLS):
            a + b

    measure(calls, options, warm_up=10, units=CALLS)


if __name__ == "__main__":
    main()
