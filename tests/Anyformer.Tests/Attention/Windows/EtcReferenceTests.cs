using Anyformer.Tests.Parity;

namespace Anyformer.Tests.Attention.Windows;

public sealed class EtcReferenceTests
{
    /// <summary>Weights that are all shared are also those of modules that share fewer: the outputs are the same, and only gradients differ.</summary>
    [SkippableTheory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void SharedProjectionsHaveEveryOfficialName(bool keysAndValues, bool output)
    {
        using var copied = new CopiedCase("etc/fused-shared-qkv").Edit(document =>
        {
            document["config"]!["share_qkv_projections"] = false;
            document["config"]!["share_kv_projections"] = keysAndValues;
            document["config"]!["share_att_output_projection"] = output;
        });
        File.Delete(copied["gradients.safetensors"]);
        var outcome = copied.Verify();
        Assert.True(outcome.Passed, outcome.Message);
    }
}
