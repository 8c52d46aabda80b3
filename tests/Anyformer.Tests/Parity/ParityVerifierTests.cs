using Anyformer.Inspection;
using Anyformer.Parity;
using Anyformer.Testing;
using Anyformer.Torch;

namespace Anyformer.Tests.Parity;

public sealed class ParityVerifierTests
{
    [SkippableTheory]
    [InlineData("itransformer/base", "1 outputs, 10 gradients")]
    [InlineData("itransformer/etth1-shape", "1 outputs, 10 gradients")]
    [InlineData("itransformer/no-norm-no-marks-attention", "3 outputs, 9 gradients")]
    [InlineData("itransformer/three-adam-steps", null)]
    [InlineData("crossformer/base", "1 outputs, 13 gradients")]
    [InlineData("crossformer/padded-window3-baseline", "1 outputs, 13 gradients")]
    [InlineData("crossformer/two-stage-attention", "1 outputs, 42 gradients")]
    [InlineData("dlinear/base", "1 outputs, 5 gradients")]
    [InlineData("dlinear/individual-short", "1 outputs, 13 gradients")]
    [InlineData("informer/base", "1 outputs, 14 gradients")]
    [InlineData("informer/stack", "1 outputs, 10 gradients")]
    [InlineData("informer/full-attention-learned-marks", "3 outputs, 10 gradients")]
    [InlineData("informer/distil-layer", "1 outputs, 5 gradients")]
    [InlineData("informer/prob-attention-causal", "1 outputs, 3 gradients")]
    [InlineData("informer/prob-attention-maps", "2 outputs, 3 gradients")]
    [InlineData("autoformer-ts/base", "1 outputs, 14 gradients")]
    [InlineData("autoformer-ts/long-decoder-two-layers", "3 outputs, 14 gradients")]
    [InlineData("autoformer-ts/auto-correlation-eval", "2 outputs, 3 gradients")]
    [InlineData("autoformer-ts/auto-correlation-train", "2 outputs, 3 gradients")]
    [InlineData("pathformer/base", "2 outputs, 25 gradients")]
    [InlineData("pathformer/batchnorm-no-residual", "2 outputs, 25 gradients")]
    [InlineData("pathformer/noisy-gating-train", "3 outputs, 5 gradients")]
    [InlineData("ts-transformer/base", "1 outputs, 15 gradients")]
    [InlineData("ts-transformer/fixed-marks-two-decoder-layers", "1 outputs, 12 gradients")]
    [InlineData("ts-transformer/no-marks", "1 outputs, 12 gradients")]
    [InlineData("patchtst/base", "1 outputs, 10 gradients")]
    [InlineData("patchtst/decomposition-layernorm-prenorm", "1 outputs, 19 gradients")]
    [InlineData("patchtst/individual-affine-subtract-last", "1 outputs, 12 gradients")]
    [InlineData("forecasting-protocol/etth1-test-hour-marks", null)]
    [InlineData("forecasting-protocol/etth2-train-integer-marks", null)]
    [InlineData("forecasting-protocol/ettm1-val-minute-marks", null)]
    [InlineData("forecasting-protocol/exchange-train-integer-marks", null)]
    public void AgreesWithTheAuthorsOwnCode(string name, string? compared)
    {
        var folder = SharedFolder.Require($"parity/{name}");
        var outcome = ParityVerifier.Verify(folder);
        Assert.True(outcome.Passed, outcome.Message);
        Assert.Equal((folder, name.Split('/')[0]), (outcome.Case, outcome.System));
        Assert.InRange(outcome.LargestError!.Value, 0, 1e-3);
        if (compared is not null)
            Assert.Equal(compared, outcome.Message);
    }

    [SkippableFact]
    public void EveryCaseOfAKnownSystemPasses()
    {
        foreach (var system in ParityVerifier.Systems)
            Assert.All(ParityVerifier.FindCases(SharedFolder.Require($"parity/{system}")),
                folder => Assert.True(ParityVerifier.Verify(folder).Passed, folder));
    }

    [SkippableFact]
    public void TheRecorderOfACaseIsClosedAfterIt()
    {
        ParityVerifier.Verify(SharedFolder.Require("parity/itransformer/no-norm-no-marks-attention"));
        Assert.False(Recorder.IsListening);
    }

    [SkippableTheory]
    [InlineData("outputs", "out", "output out")]
    [InlineData("gradients", "Linear_Trend.weight", "gradient Linear_Trend.weight")]
    [InlineData("gradients", "input.x", "gradient input.x")]
    public void AWrongValueFails(string file, string name, string what)
    {
        using var copy = new CopiedCase("dlinear/base");
        copy.EditTensors(file, tensors => tensors[name].View([-1])[5..6].AddInPlace(1));
        var outcome = copy.Verify();
        Assert.False(outcome.Passed);
        Assert.Matches($@"^{what} differs at element 5: -?\d[\d.E-]*, expected -?\d[\d.E-]*$", outcome.Message);
        Assert.Equal(1, outcome.LargestError!.Value, 1e-3);
    }

    [SkippableFact]
    public void AnErrorWithinTheToleranceOfTheCasePasses()
    {
        using var copy = new CopiedCase("dlinear/base");
        copy.EditTensors("outputs", tensors => tensors["out"].View([-1])[5..6].AddInPlace(0.01));
        Assert.False(copy.Verify().Passed);
        copy.Edit(json => json["tolerance"]!["absolute"] = 0.011);
        Assert.True(copy.Verify().Passed);
    }

    [SkippableFact]
    public void AWrongWeightFails()
    {
        using var copy = new CopiedCase("itransformer/base");
        copy.EditTensors("weights", tensors => tensors["projector.bias"].AddInPlace(0.01));
        Assert.StartsWith("output dec_out differs at element ", copy.Verify().Message);
    }

    [SkippableFact]
    public void WeightsFitExactly()
    {
        using var copy = new CopiedCase("dlinear/base");
        copy.EditTensors("weights", tensors => tensors.Remove("Linear_Trend.bias"));
        Assert.Equal("The weights do not fit DLinear: 1 missing (trend.bias).", copy.Verify().Message);
        Assert.Null(copy.Verify().LargestError);
        copy.EditTensors("weights", tensors => tensors["Linear_Extra.bias"] = Functional.Ones([2]));
        Assert.Equal("The weights do not fit DLinear: 1 missing (trend.bias), 1 unexpected (Linear_Extra.bias).", copy.Verify().Message);
    }

    [SkippableFact]
    public void EveryMapOfAnIndividualModelIsNeeded()
    {
        using var copy = new CopiedCase("dlinear/individual-short");
        copy.EditTensors("weights", tensors => tensors.Remove("Linear_Trend.1.bias"));
        Assert.Equal(
            "The weights do not fit DLinear: 1 missing (trend.bias), 2 unexpected (Linear_Trend.0.bias, Linear_Trend.2.bias).",
            copy.Verify().Message);
    }

    [SkippableFact]
    public void TheConfigurationIsReadWhole()
    {
        using var copy = new CopiedCase("dlinear/base");
        copy.Edit(json => json["config"]!["moving_avg"] = 25);
        Assert.Equal("the configuration keys moving_avg are not understood", copy.Verify().Message);
        copy.EditTensors("outputs", tensors => tensors["more"] = Functional.Ones([1]));
        Assert.Equal("output more was not computed; the configuration keys moving_avg are not understood", copy.Verify().Message);
        copy.Edit(json => json["config"]!.AsObject().Remove("pred_len"));
        Assert.Equal("The configuration of the case has no key 'pred_len'.", copy.Verify().Message);
        copy.Edit(json => json["config"]!["pred_len"] = "twelve");
        Assert.Equal("The key 'pred_len' of the case's configuration should be of type Int32, found twelve.", copy.Verify().Message);
    }

    [SkippableFact]
    public void InputsAndProbesAreNeeded()
    {
        using var copy = new CopiedCase("dlinear/base");
        copy.EditTensors("inputs", tensors => tensors.Remove("probe.out"));
        Assert.Equal("The case asks for gradients and has no probe for any output.", copy.Verify().Message);
        File.Delete(copy["gradients.safetensors"]);
        Assert.Equal("1 outputs, 0 gradients", copy.Verify().Message);
        copy.EditTensors("inputs", tensors => tensors["y"] = tensors["x"]);
        copy.EditTensors("inputs", tensors => tensors.Remove("x"));
        Assert.Equal("The case has no input 'x'; it has y.", copy.Verify().Message);
    }

    [SkippableFact]
    public void AnotherShapeFails()
    {
        using var copy = new CopiedCase("dlinear/base");
        copy.EditTensors("outputs", tensors => tensors["out"] = tensors["out"].Transpose(1, 2));
        Assert.Equal("output out has shape [3, 12, 7], expected [3, 7, 12]", copy.Verify().Message);
    }

    [SkippableFact]
    public void AnUnknownSystemIsAFailedCase()
    {
        using var copy = new CopiedCase("dlinear/base");
        copy.Edit(json => json["system"] = "nonsuch");
        Assert.Equal(new ParityOutcome(copy.Path, "nonsuch", false, null, "the catalog knows no system 'nonsuch'"), copy.Verify());
    }

    [SkippableFact]
    public void WhatCannotBeReadIsAFailedCase()
    {
        using var copy = new CopiedCase("dlinear/base");
        File.Delete(copy["outputs.safetensors"]);
        Assert.Equal(new ParityOutcome(copy.Path, "", false, null, $"There is no file '{copy["outputs.safetensors"]}'."), copy.Verify());
        File.WriteAllText(copy["outputs.safetensors"], "nothing of the kind");
        Assert.StartsWith($"'{copy["outputs.safetensors"]}' cannot be read as a safetensors file: ", copy.Verify().Message);
        foreach (var text in new[] { "{\"system\": ", "[1, 2]", "{\"system\": \"dlinear\"}", "" })
        {
            File.WriteAllText(copy["case.json"], text);
            Assert.StartsWith($"The case {copy["case.json"]} cannot be read: ", copy.Verify().Message);
        }

        File.Delete(copy["case.json"]);
        Assert.StartsWith($"The case {copy["case.json"]} cannot be read: ", copy.Verify().Message);
    }

    [Fact]
    public void CasesAreFoundBelowAFolderInOrder()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal($"The folder of cases '{folder["none"]}' does not exist.",
            Assert.Throws<UserException>(() => ParityVerifier.FindCases(folder["none"])).Message);
        Assert.Equal($"The folder '{folder.Path}' holds no case: no case.json was found at or below it.",
            Assert.Throws<UserException>(() => ParityVerifier.FindCases(folder.Path)).Message);
        foreach (var name in new[] { "b/two", "b/one", "a" })
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder[name]).FullName, "case.json"), "{}");
        Assert.Equal([folder["a"], folder["b/one"], folder["b/two"]], ParityVerifier.FindCases(folder.Path));
        Assert.Equal([folder["b/two"]], ParityVerifier.FindCases(folder["b/two"]));
    }

    [Fact]
    public void SystemsAreKnownByName()
    {
        Assert.Equal(["crossformer", "forecasting-protocol", "longformer", "norms"],
            ParityVerifier.Systems.Intersect(["longformer", "crossformer", "nothing", "forecasting-protocol", "norms"]));
        Assert.Equal(ParityVerifier.Systems.Order(StringComparer.Ordinal), ParityVerifier.Systems);
    }
}
