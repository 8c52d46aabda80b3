"""Forward passes of ViT-Ti/16 on 16 images of 224 pixels in PyTorch, as a peer of `Anyformer.Benchmarks step vit_inference`."""
from vit_step import main

if __name__ == "__main__":
    main(inference=True)
