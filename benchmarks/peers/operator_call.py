"""Calls of one small operator from Python, as a peer of `Anyformer.Benchmarks step operator`: an 8 x 8 addition whose result is dropped."""
import argparse
import json
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seconds", type=float, default=3)
options = parser.parse_args()
torch.set_num_threads(options.threads)
a, b = torch.randn(8, 8), torch.randn(8, 8)


def calls(count):
    for _ in range(count):
        a + b


calls(100_000)
start, done = time.perf_counter(), 0
while time.perf_counter() - start < options.seconds:
    calls(10_000)
    done += 10_000
print(json.dumps({"rate": done / (time.perf_counter() - start), "version": f"torch {torch.__version__}"}))
