"""What the peers in PyTorch share: the options that `Anyformer.Benchmarks` gives them, a training step, and the measuring of a work."""
import argparse
import json
import time

import torch


def parser():
    """The options of every peer; a script may add its own."""
    options = argparse.ArgumentParser()
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--seconds", type=float, default=10)
    return options


def training_parser():
    """The options of a peer that trains: also which form of the optimiser."""
    options = parser()
    options.add_argument("--foreach", action="store_true")
    return options


def begin(parser):
    """The options of this run, with PyTorch set by them."""
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    return options


def training_step(model, loss, options, rate=1e-4):
    """A step of Adam down a loss, a function without arguments."""
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, foreach=options.foreach)

    def step():
        optimizer.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        optimizer.step()
        return value.item()

    return step


def measure(work, options, warm_up=3, units=1):
    """Repeats a work for the seconds of the options and prints one JSON object: units of work a second."""
    for _ in range(warm_up):
        work()
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < options.seconds:
        work()
        done += units
    print(json.dumps({"rate": done / (time.perf_counter() - start), "version": f"torch {torch.__version__}"}))
