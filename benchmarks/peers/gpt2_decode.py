"""Greedy decoding by a model of GPT-2 small's size with a cache in PyTorch, as a peer of `Anyformer.Benchmarks step gpt2-decode`.

A prompt of 32 tokens and 96 more; keys and values lie in buffers that are written in place. Prints one JSON object: tokens a second over the measured time.
"""
import torch
from torch import nn
from torch.ao.quantization import quantize_dynamic
from torch.nn import functional as F

from peer import begin, measure, parser

VOCABULARY, POSITIONS, WIDTH, LAYERS, HEADS = 50257, 1024, 768, 12, 12
PROMPT, WRITTEN = 32, 96


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.fc, self.out = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x, keys, values, first):
        count = x.shape[1]
        q, k, v = (part.view(1, count, HEADS, -1).transpose(1, 2) for part in self.qkv(self.ln_1(x)).split(WIDTH, 2))
        keys[:, :, first:first + count], values[:, :, first:first + count] = k, v
        k, v = keys[:, :, :first + count], values[:, :, :first + count]
        scores = q @ k.transpose(2, 3) * (WIDTH // HEADS) ** -0.5
        if count > 1:
            scores = scores + torch.full((count, count), float("-inf")).triu(1)
        x = x + self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(1, count, WIDTH))
        return x + self.out(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))


class Gpt2(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(POSITIONS, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.ln_f = nn.LayerNorm(WIDTH)

    def forward(self, ids, cache, first):
        x = self.wte(ids) + self.wpe(torch.arange(first, first + ids.shape[1]))
        for block, (keys, values) in zip(self.blocks, cache):
            x = block(x, keys, values, first)
        return F.linear(self.ln_f(x[:, -1]), self.wte.weight)


def write(model):
    room = [tuple(torch.empty(1, HEADS, PROMPT + WRITTEN, WIDTH // HEADS) for _ in range(2)) for _ in range(LAYERS)]
    ids, first = torch.arange(1, PROMPT + 1)[None], 0
    for _ in range(WRITTEN):
        scores = model(ids, room, first)
        first += ids.shape[1]
        ids = scores.argmax(-1, keepdim=True)
        ids.item()


def main():
    arguments = parser()
    arguments.add_argument("--int8", action="store_true", help="dynamic quantisation")
    options = begin(arguments)
    model = Gpt2().eval()
    if options.int8:
        model = quantize_dynamic(model, {nn.Linear}, torch.qint8)
    with torch.inference_mode():
        measure(lambda: write(model), options, warm_up=1, units=WRITTEN)


if __name__ == "__main__":
    main()
