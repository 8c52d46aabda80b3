using Anyformer.Data.Texts;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Modules;
using Anyformer.Tasks;
using Anyformer.Tasks.Language;
using Anyformer.Tests.Training;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Language;

[Collection(DefaultGenerator.Name)]
public sealed class SegmentTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryRowGoesOnWhereItWas()
    {
        using var scope = new TensorScope();
        var (model, data) = (new Remembering(), Counted(train: 63, validation: 20));
        using var job = new SegmentTrainingJob(model, data, batchSize: 3, Evaluator(data), seed: 1, Device.Cpu);
        Assert.Equal((3, 4), (job.BatchSize, job.BatchCount));
        var first = new HashSet<long>();
        for (var epoch = 0; epoch < 4; epoch++)
        {
            model.Calls.Clear();
            job.BeginEpoch(epoch);
            for (var batch = 0; batch < job.BatchCount; batch++)
                job.Loss(batch);
            // What is remembered is the token before, of every row; at first nothing.
            Assert.All(model.Calls[0].Tokens, row => Assert.Equal(5, row.Length));
            Assert.Null(model.Calls[0].Before);
            Assert.All(model.Calls.Zip(model.Calls.Skip(1)), pair =>
            {
                Assert.Equal(pair.First.Tokens.Select(row => row[^1]), pair.Second.Before);
                Assert.Equal(pair.First.Tokens.Select(row => row[^1] + 1), pair.Second.Tokens.Select(row => row[0]));
            });
            var start = model.Calls[0].Tokens[0][0];
            Assert.Equal(new[] { start, start + 20, start + 40 }, model.Calls[0].Tokens.Select(row => row[0]));
            Assert.InRange(start, 0, 2);
            first.Add(start);
        }

        Assert.True(first.Count > 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(50)]
    public void ValidationReadsEveryWindowOnce(int batchSize)
    {
        using var scope = new TensorScope();
        var (model, data) = (new Remembering(), Counted(train: 30, validation: 59));
        Evaluator(data, batchSize).Evaluate(model);
        Assert.Equal(Enumerable.Range(0, 55).Select(token => (long)token), model.Calls.SelectMany(call => call.Tokens).SelectMany(row => row).Order());
        foreach (var (before, after) in model.Calls.Zip(model.Calls.Skip(1)))
            Assert.Equal(before.Tokens.Take(after.Tokens.Length).Select(row => row[^1]), after.Before);
        Assert.Null(model.Calls[0].Before);
    }

    [Theory]
    [InlineData("transformer-xl-model", "{ dropout: 0.1, memory: 12 }")]
    [InlineData("compressive-transformer", "{ dropout: 0.1, memory: 8, compressed: 6 }")]
    public void ARunThatWasBrokenOffRemembers(string model, string options)
    {
        var whole = Train("whole", model, options, stopAt: null);
        Train("broken", model, options, stopAt: 9);
        Assert.Equal(whole, Train("broken", model, options, stopAt: null));
    }

    [Fact]
    public void ARunIsMeasuredAsAReaderOfTheTextWouldFindIt()
    {
        File.WriteAllText(_folder["text.txt"], LanguageRuns.Repeated(300));
        var run = Open("run", "transformer-xl-model", "{ memory: 8 }");
        using var scope = new TensorScope();
        run.Model.Eval();
        var model = (IRecurrentLanguageModel)run.Model;
        var (sum, memory) = (0.0, (IReadOnlyList<Tensor>?)null);
        var windows = (run.Data.Validation.Length - 1) / 4;
        for (var window = 0; window < windows; window++)
        {
            using var unrecorded = Autograd.NoGrad();
            var ids = Tensor.From<long>([.. run.Data.Validation.AsSpan(window * 4, 5).ToArray().Select(id => (long)id)]).View([1, 5]);
            (var scores, memory) = model.CallSegment(ids[.., ..4], memory);
            sum += scores.Flatten(0, 1).CrossEntropyLoss(ids[.., 1..].Flatten()).Item<double>();
        }

        Assert.Equal(7, windows);
        Assert.Equal(sum / windows, run.Evaluate()[LanguageErrors.ValidationLoss], 1e-5);
    }

    private static LanguageEvaluator Evaluator(TextData data, int batchSize = 2) => new(data, new NextToken(), batchSize, Device.Cpu);

    /// <summary>Texts whose tokens are 0, 1, 2 ..., in windows of 5.</summary>
    private static TextData Counted(int train, int validation) => new()
    {
        Source = "counted",
        Tokenizer = Tokenizer.OfBytes(),
        Tokens = 5,
        Train = [.. Enumerable.Range(0, train)],
        Validation = [.. Enumerable.Range(0, validation)],
        ValidationBytes = validation,
    };

    /// <summary>The weights that a run ends with.</summary>
    private byte[] Train(string folder, string model, string options, int? stopAt)
    {
        File.WriteAllText(_folder["text.txt"], LanguageRuns.Repeated(300));
        using var scope = new TensorScope();
        using var cancellation = new CancellationTokenSource();
        var run = Open(folder, model, options, "training.max-steps=20", "evaluation.batch-size=3");
        var state = run.Train(resume: run.CanResume, new Watcher(report =>
        {
            if (report.Step == stopAt)
                cancellation.Cancel();
        }), cancellation.Token);
        Assert.Equal(stopAt is null, state.Finished);
        Assert.True(stopAt is null || state.Batch > 0);
        return File.ReadAllBytes(Path.Combine(TrainingRun.CheckpointsPath(_folder[folder]), "best.safetensors"));
    }

    private LanguageRun Open(string folder, string model, string options, params string[] set) => LanguageRuns.Open(_folder, folder, $$"""
        task: language
        model: { id: {{model}}, preset: small, options: {{options}} }
        data: { source: '{{_folder["text.txt"]}}', tokens: 4 }
        training: { batch-size: 8, epochs: 100, patience: null }
        evaluation: { batch-size: 1 }
        """, set);

    /// <summary>Writes down what it reads, and remembers the last token of each row.</summary>
    private sealed class Remembering : LanguageModel, IRecurrentLanguageModel
    {
        internal List<(long[][] Tokens, long[]? Before)> Calls { get; } = [];

        private Parameter Scores { get; } = Initialization.Constant(Parameter.Empty(100), 0);

        public (Tensor Scores, IReadOnlyList<Tensor> Memory) CallSegment(Tensor tokens, IReadOnlyList<Tensor>? memory)
        {
            Calls.Add(([.. Enumerable.Range(0, (int)tokens.Size(0)).Select(row => tokens[row].ToArray<long>())], memory?[0].ToArray<long>()));
            return (Scores.Expand([tokens.Size(0), tokens.Size(1), -1]) * 1, [tokens.Select(1, -1).Clone()]);
        }

        protected override Tensor Encode(TextInput text) => throw new InvalidOperationException();

        protected override Tensor Score(Tensor states) => throw new InvalidOperationException();
    }
}
