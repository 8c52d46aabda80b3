using System.Globalization;
using Anyformer.Recipes.Options;

namespace Anyformer.Tasks;

/// <summary>What a comparison may spend: a time for all models together, or epochs for each.</summary>
/// <param name="Time">Training time of all models and seeds together; null when epochs are the limit.</param>
/// <param name="Epochs">Epochs of each model; null when time is the limit.</param>
public sealed record Budget(TimeSpan? Time, int? Epochs)
{
    /// <summary>Reads <c>90s</c>, <c>2m</c> or <c>1h</c> as a time and a plain number as epochs.</summary>
    /// <exception cref="UserException">Neither, or nothing left to spend.</exception>
    public static Budget Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epochs) && epochs > 0)
            return new Budget(null, epochs);
        if (Duration.Read(text) is { } time && time > TimeSpan.Zero)
            return new Budget(time, null);
        throw new UserException($"The budget must be a time such as 90s or 2m, or a number of epochs, found '{text}'.");
    }

    /// <summary>An equal share of the time for each of several comparisons; epochs are for each anyway.</summary>
    public Budget Share(int comparisons) => this with { Time = Time / comparisons };

    /// <summary>The time of one training when it is shared by several; null when epochs are the limit.</summary>
    public TimeSpan? TimeOfEach(int trainings) => Time / trainings;

    /// <inheritdoc/>
    public override string ToString() => Time is { } time
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s of training for all together, shared equally")
        : $"{Epochs} epoch{(Epochs == 1 ? "" : "s")} each";
}
