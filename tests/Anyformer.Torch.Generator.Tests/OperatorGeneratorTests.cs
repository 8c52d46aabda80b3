using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Anyformer.Torch.Generator.Tests;

public sealed class OperatorGeneratorTests
{
    private static readonly Lazy<Compilation> Operators = new(() => Compiler.Generate(Compiler.ReadResource("operators.txt")).Compilation);

    [Fact]
    public void TheListOfOperatorsCompilesWithoutAWarning()
    {
        var (compilation, diagnostics) = Compiler.Generate(Compiler.ReadResource("operators.txt"));

        Assert.Empty(diagnostics);
        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Hidden));
        Assert.True(Methods(compilation, "Tensor").Count() > 300);
        Assert.True(Methods(compilation, "Functional").Count() > 100);
    }

    [Theory]
    [InlineData("x.Sum()", "DType?")]
    [InlineData("x.Sum(0)", "long, bool, DType?")]
    [InlineData("x.Sum([0, 1], true)", "long[]?, bool, DType?")]
    [InlineData("x.Prod(0)", "long, bool, DType?")]
    [InlineData("x.Add(1, alpha: 2)", "Scalar, Scalar?")]
    [InlineData("x.Add(x)", "Tensor, Scalar?")]
    [InlineData("x.Clamp(min: 0)", "Scalar?, Scalar?")]
    [InlineData("x.Max(0)", "long, bool")]
    [InlineData("x.MaxPool2d(2)", "long, long?, long?, long?, bool")]
    [InlineData("Functional.Arange(0, 10)", "Scalar, Scalar, Scalar?, DType?, Layout?, Device?, bool?")]
    [InlineData("Functional.Conv1d(x, x)", "Tensor, Tensor, Tensor?, long?, long?, long?, long")]
    [InlineData("Functional.Cat([x, x], -1)", "System.ReadOnlySpan<Tensor>, long")]
    [InlineData("x.Index([null, x])", "System.ReadOnlySpan<Tensor?>")]
    public void CallsMeanWhatTheySay(string call, string parameters)
    {
        var tree = Compiler.Parse($"#nullable enable\nnamespace Anyformer.Torch; class Caller {{ object Call(Tensor x) => {call}; }}");
        var compilation = Operators.Value.AddSyntaxTrees(tree);
        var invocation = tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>().Single();
        var model = compilation.GetSemanticModel(tree);

        var method = Assert.IsAssignableFrom<IMethodSymbol>(model.GetSymbolInfo(invocation).Symbol);

        var types = method.Parameters.Select(parameter => parameter.Type.ToMinimalDisplayString(model, invocation.SpanStart));
        Assert.Equal(parameters, string.Join(", ", types));
    }

    [Fact]
    public void CommentsAndBlankLinesAreNoSchemas()
    {
        var (compilation, diagnostics) = Compiler.Generate("# Pointwise\n\n  # more\r\n   \nrelu(Tensor self) -> Tensor\r\n");

        Assert.Empty(diagnostics);
        Assert.Equal("Relu", Assert.Single(Methods(compilation, "Tensor")).Name);
    }

    [Theory]
    [InlineData("relu(Tensor self -> Tensor", "ANYTORCH001", 17,
        "Malformed operator schema: expected ',' or ')' at column 18, found '-'")]
    [InlineData("f(Tensor x, Stream y) -> Tensor", "ANYTORCH002", 12,
        "Unsupported operator schema: argument 'y' has type 'Stream'; expected int")]
    [InlineData("sqrt(Tensor self) -> Tensor", "ANYTORCH003", 0,
        "Two operators become the same C# method: Tensor.Sqrt() is already there; expected another name, given with '=> Name'")]
    public void AWrongLineIsAnErrorAtItsPlaceAndTheOthersStay(string line, string id, int column, string message)
    {
        var (compilation, diagnostics) = Compiler.Generate($"# heading\nsqrt(Tensor self) -> Tensor\n{line}\nexp(Tensor self) -> Tensor\n");

        var diagnostic = Assert.Single(diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
        Assert.StartsWith(message, diagnostic.GetMessage(), StringComparison.Ordinal);
        var position = diagnostic.Location.GetLineSpan();
        Assert.Equal("Operators/operators.txt", position.Path);
        Assert.Equal((2, column), (position.StartLinePosition.Line, position.StartLinePosition.Character));
        Assert.Equal(["Sqrt", "Exp"], Methods(compilation, "Tensor").Select(method => method.Name));
    }

    [Fact]
    public void TypingInAnotherFileRunsNothingAgain()
    {
        var driver = Compiler.CreateDriver("relu(Tensor self) -> Tensor").RunGenerators(Compiler.Compilation);
        driver = driver.RunGenerators(Compiler.Compilation.AddSyntaxTrees(Compiler.Parse("class Other;")));

        var step = Assert.Single(driver.GetRunResult().Results[0].TrackedSteps[OperatorGenerator.ListStep]);
        Assert.Equal(IncrementalStepRunReason.Cached, Assert.Single(step.Outputs).Reason);
    }

    [Fact]
    public void EditingACommentWritesNothingAgain()
    {
        var driver = Compiler.CreateDriver("relu(Tensor self) -> Tensor").RunGenerators(Compiler.Compilation);
        driver = driver.ReplaceAdditionalTexts([new OperatorFile("# Pointwise\nrelu(Tensor self) -> Tensor")])
            .RunGenerators(Compiler.Compilation);

        var step = Assert.Single(driver.GetRunResult().Results[0].TrackedSteps[OperatorGenerator.ListStep]);
        Assert.Equal(IncrementalStepRunReason.Unchanged, Assert.Single(step.Outputs).Reason);
    }

    private static IEnumerable<IMethodSymbol> Methods(Compilation compilation, string type) =>
        compilation.GetTypeByMetadataName($"Anyformer.Torch.{type}")!.GetMembers().OfType<IMethodSymbol>()
            .Where(method => method.MethodKind == MethodKind.Ordinary);
}
