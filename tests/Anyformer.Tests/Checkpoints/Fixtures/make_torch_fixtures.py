"""Writes the torch.save fixtures of the checkpoint tests, with PyTorch 1.13: python3 make_torch_fixtures.py"""
import os
from collections import OrderedDict

import torch

torch.manual_seed(7)


def training_checkpoint():
    model = torch.nn.Sequential(OrderedDict(first=torch.nn.Linear(2, 3), last=torch.nn.Linear(3, 1, bias=False)))
    with torch.no_grad():
        for index, parameter in enumerate(model.parameters()):
            parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) + 100.0 * index)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.25)
    model(torch.ones(1, 2)).sum().backward()
    state = OrderedDict((name, value.clone()) for name, value in model.state_dict().items())
    state._metadata = model.state_dict()._metadata
    optimizer.step()
    return {
        "epoch": 12, "loss": 0.125, "steps": 2 ** 40, "seed": -(2 ** 70), "done": False, "resumed": True, "note": "na\u00efve \U0001f600",
        "parent": None, "raw": b"\x00\xff", "empty": b"", "betas": (0.9, 0.999),
        "shape": torch.Size([2, 3]), "tags": {"a"}, "frozen": frozenset([1]),
        "history": [1, 300, 70000, -5], "dtype": torch.bfloat16, "device": torch.device("cpu"),
        "model": state, "optimizer": optimizer.state_dict(),
    }


def views():
    base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    return {
        "base": base, "transposed": base.t(), "columns": base[:, 1::2], "row": base[2], "expanded": base[0].expand(2, 4),
        "scalar": torch.tensor(2.5), "empty": torch.empty(0, 4), "parameter": torch.nn.Parameter(torch.tensor([1.0, -1.0])),
        "frozen": torch.nn.Parameter(torch.tensor([3.0]), requires_grad=False), "inner": {"leaf": {"deep": base[1, 1:3]}},
    }


def dtypes():
    kinds = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64,
             torch.complex64, torch.complex128, torch.bool, torch.bfloat16]
    return OrderedDict((str(kind).removeprefix("torch."), torch.tensor([1, 0, 1]).to(kind)) for kind in kinds)


class RunsCommand:
    def __reduce__(self):
        return os.system, ("true",)


weight = OrderedDict(weight=torch.tensor([1.0, 2.0]))
torch.save(training_checkpoint(), "training.pt")
torch.save(views(), "views.pt")
torch.save(dtypes(), "dtypes.pt")
torch.save({"weight": weight["weight"], "names": [b"ab", ("x", "y", "z", "w"), {"s"}]}, "protocol4.pt", pickle_protocol=4)
torch.save({"weight": weight["weight"], "data": bytearray(b"ab")}, "protocol5.pt", pickle_protocol=5)
torch.save(weight, "legacy.pt", _use_new_zipfile_serialization=False)
torch.save(torch.nn.Linear(1, 1), "module.pt")
torch.save({"weight": weight["weight"], "callback": RunsCommand()}, "command.pt")
torch.jit.script(torch.nn.Identity()).save("scripted.pt")
