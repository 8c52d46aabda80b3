using System.Collections.Immutable;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Sets;

/// <summary>Some images of a set.</summary>
internal sealed class SelectedImages(ImageSet all, int[] indices) : ImageSet
{
    public override int Count => indices.Length;

    public override int Channels => all.Channels;

    public override ImmutableArray<string> Classes => all.Classes;

    internal override bool IsInMemory => all.IsInMemory;

    public override int Label(int index) => all.Label(indices[index]);

    public override string Name(int index) => all.Name(indices[index]);

    public override Tensor Read(int index) => all.Read(indices[index]);
}
