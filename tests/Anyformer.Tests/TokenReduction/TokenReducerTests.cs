using Anyformer.Catalog;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Tests.Models.Vision;
using Anyformer.TokenReduction;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.TokenReduction;

/// <summary>What holds for every token reducer of the catalog.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class TokenReducerTests
{
    private static readonly FsCheck.Gen<(int Tokens, int Protected, int Layer)> s_shapes =
        from tokens in Gen.Choose(1, 30)
        from prefix in Gen.Choose(0, 6)
        from layer in Gen.Choose(0, 3)
        select (tokens, Math.Min(prefix, tokens), layer);

    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<TokenReducer>().Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryTokenIsInOneOrLeftOutAndProtectedOnesStay(string id) => Property.Holds(s_shapes, shape =>
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal64(shape.Tokens, 2, shape.Tokens, 5);
        var reduced = Build(id, shape.Layer, shape.Protected).Call(new ReducedTokens(tokens), Tensors.Normal64(7, 2, shape.Tokens, 4));
        var origins = reduced.Origins!;
        var held = origins.Sources().Sum([1]);
        Assert.All(held.Numbers(), count => Assert.Contains(count, (double[])[0, 1]));
        Tensors.AssertSame(origins.Sources().Sum([2], keepdim: true), origins.Sizes);
        Tensors.AssertSame(tokens[.., ..shape.Protected], reduced.Tokens[.., ..shape.Protected]);
        Tensors.AssertClose((tokens * held.Unsqueeze(-1)).Sum([1]), (reduced.Tokens * origins.Sizes).Sum([1]), 1e-10);
    });

    [Theory]
    [MemberData(nameof(Ids))]
    public void ReducingAgainAddsUp(string id) => Property.Holds(s_shapes, shape =>
    {
        using var scope = new TensorScope();
        var tokens = new ReducedTokens(Tensors.Normal64(shape.Tokens, 2, shape.Tokens, 5));
        var first = Build(id, shape.Layer, shape.Protected).Call(tokens, tokens.Tokens);
        var second = Build(id, shape.Layer, shape.Protected).Call(first, first.Tokens);
        var sources = second.Origins!.Sources();
        Tensors.AssertSame(sources.Sum([2], keepdim: true), second.Origins.Sizes);
        Tensors.AssertClose(sources.MatMul(tokens.Tokens) / second.Origins.Sizes, second.Tokens, 1e-10);
    });

    [Theory]
    [MemberData(nameof(Ids))]
    public void AModelTrainsWithIt(string id)
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(new ImageShape(3, 16, 16, 5),
            VisionTransformerTests.Small() with { Layers = 4, TokenReducer = Part<TokenReducer>.Of(id), Registers = 1 });
        var tokens = model.Encoder.Call(Tensors.Normal(1, 2, 3, 16, 16));
        Assert.InRange(tokens.Normalized.Size(1), 2, 17);
        Assert.Equal([2L, 8, 4, 4], tokens.PatchMap.Shape);
        model.Call(Tensors.Normal(1, 2, 3, 16, 16)).Square().Sum().Backward();
        Assert.All(model.NamedParameters(), item => Assert.True(item.Parameter.Grad is not null, item.Name));
    }

    private static TokenReducer Build(string id, int layer, int prefix) => Part<TokenReducer>.Of(id).Build(new TokenReducerShape(layer, 4, prefix));
}
