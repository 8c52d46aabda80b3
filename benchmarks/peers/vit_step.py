"""Training steps of ViT/16 on images of 224 pixels in PyTorch, or forward passes, as a peer of `Anyformer.Benchmarks step vit...`.

Built as timm builds it, copies and all. Prints one JSON object: images a second over the measured time.
"""
import torch
from torch import nn
from torch.ao.quantization import quantize_dynamic
from torch.nn import functional as F

from peer import begin, measure, training_parser, training_step

SIZE, PATCH, CLASSES, LAYERS = 224, 16, 1000, 12
WIDTHS, HEADS = {"tiny": 192, "small": 384}, {"tiny": 3, "small": 6}


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        weights = ((q * self.scale) @ k.transpose(-2, -1)).softmax(dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self, size):
        super().__init__()
        width, heads = WIDTHS[size], HEADS[size]
        self.patch_embed = nn.Conv2d(3, width, PATCH, PATCH)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, 1 + (SIZE // PATCH) ** 2, width))
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(LAYERS)))
        self.norm, self.head = nn.LayerNorm(width, eps=1e-6), nn.Linear(width, CLASSES)

    def forward(self, images):
        x = self.patch_embed(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


def main():
    parser = training_parser()
    parser.add_argument("--size", choices=WIDTHS, default="tiny")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--inference", action="store_true")
    parser.add_argument("--precision", choices=["float32", "bfloat16", "int8"], default="float32", help="bfloat16 is autocast, int8 dynamic quantisation")
    options = begin(parser)
    model = VisionTransformer(options.size).train(not options.inference)
    if options.precision == "int8":
        model = quantize_dynamic(model, {nn.Linear}, torch.qint8)
    images, labels = torch.randn(options.batch, 3, SIZE, SIZE), torch.randint(CLASSES, (options.batch,))

    def answer():
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bfloat16"):
            return model(images)

    step = training_step(model, lambda: F.cross_entropy(model(images), labels), options)
    measure(answer if options.inference else step, options, warm_up=2, units=options.batch)


if __name__ == "__main__":
    main()
