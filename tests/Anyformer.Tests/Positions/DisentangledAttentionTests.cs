using Anyformer.Attention;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

public sealed class DisentangledAttentionTests
{
    private static readonly TokenMixerShape s_shape = new(0, 6, 2);

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, true, true)]
    public void ScoresAreTheSumOfTheTermsOfEachPair(bool contentToPosition, bool positionToContent, bool shared)
    {
        using var scope = new TensorScope();
        using var recorder = new Anyformer.Inspection.Recorder();
        const int tokens = 6, span = 3, width = 3;
        var heads = new DisentangledHeads(s_shape, new DisentangledAttentionOptions
        {
            MaxDistance = span,
            ContentToPosition = contentToPosition,
            PositionToContent = positionToContent,
            SharedProjections = shared,
        });
        heads.To(DType.Float64);
        var state = heads.StateDict();
        Tensor Project(string name, Tensor input) => Functional.Linear(input, state[$"{name}.weight"], state[$"{name}.bias"]);
        var input = Tensors.Normal64(1, 1, tokens, 6);
        _ = heads.Call(input, mask: null);
        var (queries, keys) = (Project("query_projection", input[0]), Project("key_projection", input[0]));
        var distances = state["distances"];
        var keyDistances = Project(shared || !contentToPosition ? "key_projection" : "position_key_projection", distances);
        var queryDistances = Project(shared || !positionToContent ? "query_projection" : "position_query_projection", distances);
        var terms = 1 + (contentToPosition ? 1 : 0) + (positionToContent ? 1 : 0);
        double Dot(Tensor a, int i, Tensor b, int j, int head) =>
            (a[i, (head * width)..((head + 1) * width)] * b[j, (head * width)..((head + 1) * width)]).Sum().Item<double>() / Math.Sqrt(width * terms);
        double Score(int head, int i, int j)
        {
            var delta = Math.Clamp(i - j + span, 0, 2 * span - 1);
            return Math.Exp(Dot(queries, i, keys, j, head) + (contentToPosition ? Dot(queries, i, keyDistances, delta, head) : 0)
                + (positionToContent ? Dot(queryDistances, delta, keys, j, head) : 0));
        }

        var expected =
            from head in Enumerable.Range(0, 2)
            from i in Enumerable.Range(0, tokens)
            let sum = Enumerable.Range(0, tokens).Sum(j => Score(head, i, j))
            from j in Enumerable.Range(0, tokens)
            select Score(head, i, j) / sum;
        Tensors.AssertClose([.. expected], Assert.Single(recorder.Named("weights")), 1e-10);
    }

    [Fact]
    public void BucketsThatReachFarEnoughAreDistances()
    {
        using var scope = new TensorScope();
        var buckets = new DisentangledAttention(s_shape, new DisentangledAttentionOptions { Buckets = 16, MaxDistance = 9 });
        var distances = new DisentangledAttention(s_shape, new DisentangledAttentionOptions { MaxDistance = 16 });
        distances.Load(buckets.StateDict());
        var tokens = Tensors.Normal(1, 2, 7, 6);
        Tensors.AssertSame(distances.Call(tokens), buckets.Call(tokens));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var attention = new DisentangledAttention(s_shape, new DisentangledAttentionOptions { MaxDistance = 12, Buckets = 4 });
        attention.To(DType.Float64);
        var tokens = Tensors.Normal64(1, 1, 7, 6);
        tokens.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, .. attention.Parameters()], () => attention.Call(tokens).Square().Sum());
    }
}
