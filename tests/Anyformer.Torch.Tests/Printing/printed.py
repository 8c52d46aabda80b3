"""Writes printed.json: what PyTorch prints for small tensors, given as their bytes, and for large ones, given as step * (0, 1, 2, ...).

Usage: python3 printed.py > printed.json
"""
import base64
import json
import warnings

import torch

warnings.filterwarnings("ignore")
inf, nan = float("inf"), float("nan")
STEPS = {
    "requires_grad": lambda x: x.requires_grad_(),
    "double": lambda x: x + x,
    "sum": lambda x: x.sum(),
    "select": lambda x: x[0],
    "write": lambda x: x.clone()[0].zero_(),
    "transpose": lambda x: x.transpose(0, -1),
    "conj": lambda x: x.conj(),
    "imag": lambda x: x.imag,
    "sparse": lambda x: x.to_sparse(),
}
cases = []


def add(name, tensor, source, steps):
    for step in steps:
        tensor = STEPS[step](tensor)
    cases.append({"name": name, **source, "steps": steps, "text": repr(tensor)})


def small(name, values, dtype, *steps):
    tensor = torch.tensor(values, dtype=dtype)
    data = tensor.contiguous().view(-1)
    raw = (data.view(torch.uint8) if data.numel() else data).numpy().tobytes() if dtype != torch.bool else data.numpy().tobytes()
    source = {"dtype": str(dtype)[6:], "shape": list(tensor.shape), "bytes": base64.b64encode(raw).decode()}
    add(name, tensor, source, list(steps))


def large(name, shape, dtype, step, *steps):
    count = torch.Size(shape).numel()
    tensor = (torch.arange(count, dtype=torch.float64) * step).to(dtype).reshape(shape)
    add(name, tensor, {"dtype": str(dtype)[6:], "shape": shape, "step": step}, list(steps))


f16, f32, f64, bf16 = torch.float16, torch.float32, torch.float64, torch.bfloat16
u8, i8, i16, i32, i64 = torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64
c64, c128 = torch.complex64, torch.complex128

small("integers", [1, 2, 3], i64)
small("negative integers", [[1, -20], [300, 4]], i64)
small("largest integer", [2**63 - 1, -(2**63)], i64)
small("bytes", [[0, 255]], u8)
small("int8", [-128, 127], i8)
small("int16", [-5, 7], i16)
small("int32", [[1], [2]], i32)
small("truth values", [True, False, True], torch.bool)
small("only false", [[False], [False]], torch.bool)
small("integer without dimensions", 42, i64)
small("truth value without dimensions", True, torch.bool)
small("number without dimensions", 3.14159265, f32)
small("whole number without dimensions", 2.0, f32)
small("nan without dimensions", nan, f32)
small("double without dimensions", 1e-12, f64)
small("empty", [], f32)
small("empty integers", [], i64)
small("empty truth values", [], torch.bool)
large("empty of two dimensions", [0, 3], f32, 1)
large("empty of three dimensions", [2, 0, 4], i32, 1)
small("one number", [0.5], f32)
small("whole numbers", [1, 2, 30], f32)
small("whole numbers, negative zero", [-0.0, 0.0, -7.0], f32)
small("zeros", [[0, 0], [0, 0]], f32)
small("fractions", [[0.1, -2.25], [3.5, 100.125]], f32)
small("ties to even", [0.03125, 0.09375, -0.15625, 2.5], f64)
small("rounded to zero", [0.25, -0.0001], f32)
small("with nan", [1.0, nan], f32)
small("fractions with nan and infinity", [1.5, nan, inf, -inf], f32)
small("whole numbers with infinity", [1.0, -inf, 200.0], f32)
small("only nan and infinity", [nan, inf, -inf], f32)
small("nan and zero", [nan, 0.0], f32)
small("wide range", [0.001, 1.5, 10.0], f32)
small("wide range with zero, nan and infinity", [0.001, 0.0, nan, -inf, 1234.5], f32)
small("just not wide", [1.5, 1500.0], f32)
small("large whole numbers", [1e9, 2e9], f32)
small("largest fixed", [1e8, 99999999.0], f64)
small("wide whole numbers", [1.0, 1001.0], f32)
small("just not wide whole numbers", [1.0, 1000.0], f32)
small("small numbers", [0.00005, 0.0001], f64)
small("exponents of three digits", [1e-300, 1e300, -2.5e-150], f64)
small("tie in scientific notation", [100005.0, 0.5, 100015.0], f64)
small("subnormal", [1e-45, 1e-40], f32)
small("doubles", [[0.1, 0.2], [0.3, 1 / 3]], f64)
small("halves", [0.1, 65504.0, 6e-8], f16)
small("bfloat16", [[0.1, 3.0], [2.5, -1.75]], bf16)
small("complex", [1 + 2j, -0.5 - 0.25j], c64)
small("complex doubles", [[1 + 2j, -3 - 4j], [0j, 1e-5 + 10j]], c128)
small("complex with nan", [complex(nan, 1), complex(1, -inf)], c64)
small("complex without dimensions", 1.5 - 2j, c64)
small("conjugated", [1 + 2j, 3 - 4j], c64, "conj")
small("imaginary part of a conjugate", [1 + 2j, 3 - 4j], c128, "conj", "imag")
small("gradient required", [1.0, 2.5], f32, "requires_grad")
small("recorded", [[1.0], [2.5]], f32, "requires_grad", "double")
small("recorded sum", [0.1, 0.2], f64, "requires_grad", "sum")
small("recorded part", [[0.1, 0.2]], f32, "requires_grad", "select")
small("written view", [[0.1, 0.2]], f32, "requires_grad", "write")
small("sparse", [[0.0, 1.5], [0.0, 0.0], [-2.0, 0.0]], f32, "sparse")
small("sparse integers", [0, 7, 0], i32, "sparse")
small("sparse without elements", [[0.0, 0.0]], f64, "sparse")
large("broken lines", [30], i64, 1)
large("broken lines of fractions", [3, 12], f32, 0.37)
large("broken lines of complex numbers", [9], c64, 0.5)
large("suffix on the same line", [7], f64, 1.25)
large("suffix on its own line", [8], f64, 1.25)
large("three dimensions", [2, 2, 3], i64, 1)
large("four dimensions", [2, 1, 2, 2], f32, 0.25)
large("five dimensions", [1, 2, 1, 2, 1], u8, 1)
large("not summarized", [1000], i64, 1)
large("summarized", [1001], i64, 1)
large("summarized fractions", [2000], f32, 0.125)
large("summarized matrix", [50, 40], f32, 0.5)
large("summarized matrix with few rows", [6, 200], i32, 1)
large("summarized matrix with few columns", [400, 3], i64, -1)
large("summarized three dimensions", [10, 2, 100], f64, 0.001)
large("summarized four dimensions", [8, 7, 1, 20], i64, 1)
large("summarized and transposed", [30, 50], i64, 1, "transpose")
large("summarized and recorded", [40, 40], f32, 0.75, "requires_grad", "double")
large("summarized truth values", [1200], torch.bool, 1)
large("summarized complex numbers", [1100], c128, 0.5)

print(json.dumps(cases, indent=1))
