using System.Text;
using Anyformer.Data.TimeSeries;
using Anyformer.Recipes;
using Anyformer.Recipes.Yaml;
using Anyformer.Training.Schedules;
using FsCheck;
using FsCheck.Fluent;

namespace Anyformer.Tests.Recipes;

/// <summary>Random recipes and their parts, all of them valid.</summary>
internal static class RecipeGenerators
{
    private static readonly string[] s_awkward =
    [
        "", " ", "null", "~", "true", "1", "1e-4", "-", "- a", "a: b", "#", "a #b", "[", "{x}", "'", "\"", "\\", "\t", "\n", "a\r\nb",
        "é", "\u0085", "\u2028", "😀", "\ufeff", "\0", "x ", " x", "---", "...", "...\n", "%x", "@", "`", "&a", "*a", "!t", "|", ">",
        "?", "a\u00a0b", "0x1F", "=", "<<", ",", "12:30:00",
    ];

    public static Gen<string> Text { get; } = Gen.Frequency(
        (1, Gen.Elements(s_awkward)),
        (1, Gen.Elements(s_awkward).ArrayOf().Select(string.Concat)),
        (1, Gen.Choose(1, 0x10ffff).Where(Rune.IsValid).Select(code => new Rune(code).ToString()).ArrayOf().Select(string.Concat)));

    public static Gen<ForecastRecipe> Recipe { get; } =
        from name in Maybe(Text)
        from model in Model
        from data in Data
        from training in Training
        from batch in Count
        from dropLast in Gen.Elements(true, false)
        select new ForecastRecipe
        {
            Name = name,
            Model = model,
            Data = data,
            Training = training,
            Evaluation = new EvaluationSection { BatchSize = batch, DropLast = dropLast },
        };

    public static Gen<PretrainingRecipe> Pretraining { get; } =
        from model in Model
        from data in Data
        from training in Training
        from ratio in Gen.Choose(1, 999).Select(thousandths => thousandths / 1000.0)
        select new PretrainingRecipe { Model = model, Data = data, Training = training, Masking = new MaskingSection { Ratio = ratio } };

    private static Gen<int> Count => Gen.Choose(1, int.MaxValue);

    private static Gen<double> Fraction => Gen.Choose(0, int.MaxValue - 1).Select(value => value / (double)int.MaxValue);

    private static Gen<double> Positive =>
        Gen.Choose(-300, 300).Two().Select(pair => (Math.Abs(pair.Item2) + 0.1) * Math.Pow(10, pair.Item1));

    private static Gen<RecipeNode> Node(int depth) => depth == 0 ? Scalar : Gen.OneOf(
        Scalar,
        Node(depth - 1).ArrayOf().Resize(4).Select(items => (RecipeNode)new RecipeSequence(new(items), NodeOrigin.Defaults)),
        Mapping(depth).Select(mapping => (RecipeNode)mapping));

    private static Gen<RecipeNode> Scalar => Gen.OneOf(
        Text.Select(text => (RecipeNode)RecipeScalar.Quoted(text, NodeOrigin.Defaults)),
        Gen.Elements("null", "true", "3", "-1.5e-7").Select(text => (RecipeNode)RecipeScalar.Plain(text, NodeOrigin.Defaults)));

    private static Gen<RecipeMapping> Mapping(int depth) =>
        from keys in Text.Where(text => text.Length <= 100).ArrayOf().Resize(4)
        from values in Node(depth - 1).ArrayOf(keys.Length)
        let entries = keys.Zip(values, (key, value) => new RecipeEntry(key, value, NodeOrigin.Defaults)).DistinctBy(entry => entry.Key)
        select new RecipeMapping(new(entries), NodeOrigin.Defaults);

    private static Gen<ModelSection> Model =>
        from id in Text
        from weights in Maybe(Text)
        from options in Mapping(3)
        select new ModelSection { Id = id, Weights = weights, Options = options };

    private static Gen<ForecastDataSection> Data =>
        from source in Text
        from column in Maybe(Text)
        from columns in Maybe(Text.NonEmptyListOf().Select(list => new ValueList<string>(list)))
        from lookback in Count
        from horizon in Count
        from label in Gen.Choose(0, lookback)
        from split in Split
        from fill in Gen.Elements(Enum.GetValues<FillPolicy>())
        from standardize in Gen.Elements(true, false)
        select new ForecastDataSection
        {
            Source = source,
            DateColumn = column,
            Columns = columns,
            Lookback = lookback,
            Horizon = horizon,
            LabelLength = label,
            Split = split,
            Fill = fill,
            Standardize = standardize,
        };

    private static Gen<SplitRule?> Split => Gen.OneOf(
        Gen.Elements<SplitRule?>(null, SplitRule.EttHour, SplitRule.EttMinute),
        Count.Three().Select(rows => (SplitRule?)new FixedSplit(rows.Item1, rows.Item2, rows.Item3)),
        Gen.Choose(1, 999_999).Select(millionths => millionths / 1e6).Select(first => (SplitRule?)new RatioSplit(first, (1 - first) / 2, (1 - first) / 2)));

    private static Gen<TrainingSection> Training =>
        from optimizer in Gen.Elements(Enum.GetValues<OptimizerKind>())
        from rate in Positive
        from betas in Fraction.Two()
        from steps in MaybeValue(Gen.Choose(1, int.MaxValue).Select(steps => steps * 1000L))
        from time in MaybeValue(Gen.Choose(1, int.MaxValue).Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds)))
        from schedule in Schedule
        from clip in MaybeValue(Positive)
        from precision in Gen.Elements(Enum.GetValues<AutocastPrecision>())
        from patience in MaybeValue(Count)
        from frozen in Gen.Choose(0, int.MaxValue)
        from seed in Gen.Choose(0, int.MaxValue).Select(seed => seed * 4_000_000_000L)
        select new TrainingSection
        {
            Optimizer = optimizer,
            LearningRate = rate,
            Betas = [betas.Item1, betas.Item2],
            MaxSteps = steps,
            MaxTime = time,
            Schedule = schedule,
            GradientClip = clip,
            Autocast = precision,
            Patience = patience,
            FreezeEpochs = frozen,
            Seed = seed,
        };

    private static Gen<LearningRateSchedule> Schedule => Gen.OneOf<LearningRateSchedule>(
        Gen.Elements<LearningRateSchedule>(new ConstantSchedule(), new HalvingSchedule(), new OneCycleSchedule(), new NoamSchedule()),
        Count.Zip(Fraction).Select(pair => (LearningRateSchedule)new CosineSchedule { WarmupSteps = pair.Item1, Floor = pair.Item2 }),
        Count.Zip(Fraction).Select(pair => (LearningRateSchedule)new StepSchedule { Every = pair.Item1, Gamma = pair.Item2 }),
        Count.ArrayOf().Select(epochs => (LearningRateSchedule)new MultiStepSchedule { Milestones = new(epochs) }),
        Fraction.Select(gamma => (LearningRateSchedule)new ExponentialSchedule { Gamma = gamma }));

    private static Gen<T?> Maybe<T>(Gen<T> values) where T : class =>
        Gen.OneOf(Gen.Constant<T?>(null), values.Select(value => (T?)value));

    private static Gen<T?> MaybeValue<T>(Gen<T> values) where T : struct =>
        Gen.OneOf(Gen.Constant<T?>(null), values.Select(value => (T?)value));
}
