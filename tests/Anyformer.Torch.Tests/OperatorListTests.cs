using System.Globalization;
using System.Text.RegularExpressions;

namespace Anyformer.Torch.Tests;

/// <summary>The list of operators against the dispatcher of the libtorch at hand.</summary>
public sealed partial class OperatorListTests
{
    private static readonly string[] OnlyInTorch2 = ["aten::scaled_dot_product_attention", "aten::_fused_adamw_"];

    private static readonly string[] Schemas = ReadSchemas();

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    [Fact]
    public void EveryListedOperatorIsInThisLibtorch()
    {
        Assert.True(Schemas.Length > 500);
        var missing = Schemas.Select(NameOf).Where(name => !Dispatcher.Has(name));

        Assert.Empty(missing.Except(OnlyInTorch2));
    }

    [SkippableFact]
    public void EverySchemaIsAsTheReferenceVersionDeclaresIt()
    {
        Skip.IfNot(TorchRuntime.Version.StartsWith("1.13.", StringComparison.Ordinal), "the list is written after libtorch 1.13");

        foreach (var schema in Schemas.Where(schema => !OnlyInTorch2.Contains(NameOf(schema))))
            Assert.Equal(WithPlainNumbers("aten::" + schema), WithPlainNumbers(Dispatcher.Schema(NameOf(schema))));
    }

    [SkippableFact]
    public void AnOperatorThatThisLibtorchLacksSaysSoWhenCalled()
    {
        Skip.If(Dispatcher.Has(OnlyInTorch2[0]), "this libtorch has it");
        var x = Functional.Ones([1, 1, 2, 2]);

        var error = Assert.Throws<TorchException>(() => Functional.ScaledDotProductAttention(x, x, x));

        Assert.Equal($"this libtorch ({TorchRuntime.Version}) has no operator aten::scaled_dot_product_attention", error.Message);
    }

    private static string[] ReadSchemas()
    {
        using var reader = new StreamReader(typeof(OperatorListTests).Assembly.GetManifestResourceStream("operators.txt")!);
        var lines = reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#');
        return lines.Select(line => MethodName().Replace(line, "")).ToArray();
    }

    private static string NameOf(string schema) => "aten::" + schema[..schema.IndexOf('(')];

    /// <summary>libtorch itself writes <c>1.0</c> as <c>1.</c> or <c>1.0</c>, depending on whom it tells.</summary>
    private static string WithPlainNumbers(string schema) =>
        DefaultNumber().Replace(schema, static match => double.Parse(match.Value, Invariant).ToString(Invariant));

    [GeneratedRegex("(?<==)-?[0-9][0-9.e-]*")]
    private static partial Regex DefaultNumber();

    [GeneratedRegex(" => .*$")]
    private static partial Regex MethodName();
}
