"""Writes the ViT/16 of `vit_step.py` as an ONNX file with a free batch, for `onnx_runtime.js`.

    python3 export_vit.py <file> <tiny|small>
"""
import os
import sys

import torch

from vit_step import SIZE, VisionTransformer

path, size = sys.argv[1:]
torch.manual_seed(1)
model = VisionTransformer(size).eval()
torch.onnx.export(model, torch.randn(2, 3, SIZE, SIZE), path + ".new", opset_version=17, input_names=["images"], output_names=["scores"],
                  dynamic_axes={"images": {0: "batch"}, "scores": {0: "batch"}})
os.replace(path + ".new", path)
