using Anyformer.Models.Vision;
using Anyformer.Parity;
using Anyformer.Testing;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Vision;

public sealed class VisionLayoutsTests
{
    private static readonly ImageShape s_shape = new(3, 8, 8, 3);

    [Fact]
    public void TimmNamesGoThereAndBack()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_shape, VisionTransformerTests.Small() with { Registers = 1, QueryKeyNorm = true, LayerScale = 1 });
        var official = VisionLayouts.Timm().ToOfficial(model.StateDict());
        Assert.Equal([24L, 8], official["blocks.1.attn.qkv.weight"].Shape);
        Assert.All((string[])["cls_token", "reg_token", "pos_embed", "patch_embed.proj.weight", "blocks.0.attn.q_norm.weight", "blocks.0.ls2.gamma",
            "blocks.0.mlp.fc1.bias", "norm.weight", "head.bias"], name => Assert.Contains(name, official.Keys));
        var own = VisionLayouts.Timm().ToOwn(official);
        foreach (var (name, tensor) in model.StateDict())
            Tensors.AssertSame(tensor, own[name]);
    }

    [Fact]
    public void AnEncoderPretrainedByMaeLoads()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_shape with { Classes = 0 }, VisionTransformerTests.Small());
        var checkpoint = new Dictionary<string, Tensor>(VisionLayouts.Timm().ToOfficial(model.StateDict()));
        foreach (var name in (string[])["mask_token", "decoder_pos_embed", "decoder_embed.weight", "decoder_norm.bias", "decoder_pred.weight",
            "decoder_blocks.0.norm1.weight", "decoder_blocks.1.attn.qkv.bias", "decoder_blocks.1.mlp.fc2.weight"])
            checkpoint[name] = Tensors.Normal(1, 2, 2);
        new VisionTransformer(s_shape with { Classes = 0 }, VisionTransformerTests.Small()).Load(VisionLayouts.Mae().ToOwn(checkpoint));
    }

    [SkippableTheory]
    [InlineData("norm-pix")]
    [InlineData("raw-pix")]
    public void TheCasesOfMaeLoad(string name)
    {
        using var scope = new TensorScope();
        var parity = ParityCase.Read(SharedFolder.Require($"parity/mae/{name}"));
        Build(parity.Config).Load(VisionLayouts.Mae().ToOwn(parity.Weights));
    }

    [SkippableTheory]
    [InlineData("vit-head")]
    [InlineData("vit-interpolated")]
    public void TheBackboneOfDinoGivesItsFeatures(string name)
    {
        using var scope = new TensorScope();
        var parity = ParityCase.Read(SharedFolder.Require($"parity/dino/{name}"));
        var model = Build(new ReferenceConfig(parity.Config.Json("backbone")));
        model.Load(VisionLayouts.Dino().ToOwn(parity.Weights));
        Tensors.AssertClose(parity.Outputs["features"], model.Call(parity.Input("x")), 1e-5);
    }

    private static VisionTransformer Build(ReferenceConfig config) =>
        new(TimmConfig.Shape(config) with { Classes = 0 }, TimmConfig.Options(config) with { Resampling = new PositionResampling { Offset = 0.1, Antialias = false } });
}
