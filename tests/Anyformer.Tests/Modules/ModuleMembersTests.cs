using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

public sealed class ModuleMembersTests
{
    [Theory]
    [InlineData("QueryProjection", "query_projection")]
    [InlineData("_conv1", "conv1")]
    [InlineData("Conv1dWeight", "conv1d_weight")]
    [InlineData("__running", "running")]
    [InlineData("LSTMCell", "lstm_cell")]
    [InlineData("HTTP", "http")]
    [InlineData("W", "w")]
    [InlineData("WQ", "wq")]
    [InlineData("InputA", "input_a")]
    [InlineData("norm_1", "norm_1")]
    public void NamesAreInSnakeCase(string member, string expected) => Assert.Equal(expected, ModuleMember.SnakeCase(member));

    [Fact]
    public void FieldsAndPropertiesOfAnyVisibilityAreFoundInTheOrderOfTheirDeclaration()
    {
        Assert.Equal(
            ["hidden_field", "open_property", "renamed.one", "internal_property", "inner.weight", "counts"],
            new Everything().StateDict().Keys);
    }

    [Fact]
    public void OnlyParametersAreTrained() =>
        Assert.Equal(["hidden_field", "open_property", "renamed.one", "internal_property", "inner.weight"],
            new Everything().NamedParameters().Select(item => item.Name));

    [Fact]
    public void InheritedMembersComeFirstAndAnOverrideIsTheSameMember()
    {
        var module = new Derived();
        Assert.Equal(["base_weight", "own", "shape_of_it.weight", "shape_of_it.bias"], module.StateDict().Keys);
        Assert.Equal(["shape_of_it", "held"], module.Children().Select(child => child.Name));
    }

    [Fact]
    public void AMemberThatIsNullIsLeftOut() => Assert.Equal(["weight"], new Linear(2, 3, bias: false).StateDict().Keys);

    [Fact]
    public void ABufferThatIsNotPersistentIsNotSavedButMoves()
    {
        var module = new WithBuffers();
        Assert.Equal(["kept"], module.StateDict().Keys);
        module.To(DType.Float64);
        Assert.Equal((DType.Float64, DType.Float64, DType.Int64), (module.Kept.DType, module.Computed.DType, module.Numbers.DType));
        Assert.Equal(0, module.ParameterCount());
    }

    [Fact]
    public void ListsAndSequencesNameTheirModulesByNumber()
    {
        var module = new Lists();
        Assert.Equal(
            ["blocks.0.weight", "blocks.1.weight", "path.0.weight", "path.2.weight"],
            module.StateDict().Keys);
        Assert.Equal(["", "blocks", "blocks.0", "blocks.1", "path", "path.0", "path.1", "path.2"], module.Modules().Select(item => item.Path));
        Assert.Equal((2, module.Blocks[1]), (module.Blocks.Count, module.Blocks.Last()));
    }

    [Fact]
    public void AModuleInTwoPlacesIsNamedAtItsFirst()
    {
        var shared = new Linear(3, 4, bias: false);
        var module = new Sequential(shared, shared, new Sequential(shared));
        Assert.Equal(["0.weight"], module.StateDict().Keys);
        Assert.Equal(12, module.ParameterCount());
        Assert.Equal(["", "0", "2"], module.Modules().Select(item => item.Path));
    }

    [Fact]
    public void AParameterInTwoPlacesIsNamedAtItsFirst()
    {
        var module = new Tied();
        Assert.Equal(["head"], module.StateDict().Keys);
        Assert.Equal(6, module.ParameterCount());
    }

    [Fact]
    public void AModuleThatHasNoNameIsRefused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new Capturing(new Linear(2, 2)).StateDict());
        Assert.Equal("Capturing uses the constructor parameter 'inner' in a method: declare a property of it, or it has no name in the state dict.", error.Message);
    }

    private sealed class Capturing(Linear inner) : TensorModule
    {
        protected override Tensor Forward(Tensor input) => inner.Call(input);
    }

    private sealed class Everything : Module
    {
        private readonly Parameter _hiddenField = new(Tensor.From([1f]));

        public Parameter OpenProperty { get; } = new(Tensor.From([2f]));

        [StateName("renamed.one")]
        private Parameter Renamed { get; } = new(Tensor.From([3f]));

        internal Parameter InternalProperty { get; } = new(Tensor.From([4f]));

        private Linear Inner { get; } = new(1, 1, bias: false);

        [Buffer]
        private Tensor Counts { get; } = Tensor.From([5L]);

        public Tensor NoState { get; } = Tensor.From([6f]);

        public static Parameter OfAll { get; } = new(Tensor.From([7f]));

        public float First => _hiddenField.Item<float>() + Renamed.Item<float>() + Inner.Weight.Item<float>() + Counts.Item<long>();
    }

    private abstract class Base : Module
    {
        public Parameter BaseWeight { get; } = new(Tensor.From([1f]));

        protected abstract TensorModule ShapeOfIt { get; }

        protected virtual Module? Nothing => null;
    }

    private sealed class Derived : Base
    {
        private readonly Linear _held = new(2, 2);

        protected override TensorModule ShapeOfIt => _held;

        protected override Module? Nothing => null;

        private Parameter Own { get; } = new(Tensor.From([2f]));
    }

    private sealed class WithBuffers : Module
    {
        [Buffer]
        public Tensor Kept { get; } = Tensor.From([1f]);

        [Buffer(Persistent = false)]
        public Tensor Computed { get; } = Tensor.From([2f]);

        [Buffer(Persistent = false)]
        public Tensor Numbers { get; } = Tensor.From([3L]);
    }

    private sealed class Lists : Module
    {
        public ModuleList<Linear> Blocks { get; } = ModuleList<Linear>.Of(2, i => new Linear(i + 1, 1, bias: false));

        private Sequential Path { get; } = new(new Linear(1, 1, bias: false), new Dropout(0.5), new Linear(1, 1, bias: false));
    }

    private sealed class Tied : Module
    {
        private Embedding Embedding { get; } = new(3, 2);

        private Parameter Head => Embedding.Weight;
    }
}
