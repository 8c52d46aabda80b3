using Anyformer.Parity;

namespace Anyformer.Models.Forecasting;

/// <summary>What the configurations of Informer, Autoformer and the libraries after them have in common.</summary>
internal static class ThumlReference
{
    /// <summary>The sizes of a model with an encoder and a decoder.</summary>
    internal static ForecastShape Shape(ReferenceConfig config, int horizon) => new(
        config.Int("seq_len"), horizon, config.Int("label_len"), config.Int("enc_in"), Marks(config), Season: 1,
        IntegerMarks: Calendar(config) != CalendarKind.Continuous);

    internal static CalendarKind Calendar(ReferenceConfig config) => config.String("embed") switch
    {
        "fixed" => CalendarKind.Fixed,
        "timeF" => CalendarKind.Continuous,
        _ => CalendarKind.Learned,
    };

    internal static string Activation(ReferenceConfig config) => config.String("activation") == "relu" ? "relu" : "gelu";

    /// <summary>The class that a case is of: what follows the colon of <c>models/model.py: Informer</c>.</summary>
    internal static string Class(ParityCase parity) => parity.Entry[(parity.Entry.LastIndexOf(':') + 1)..].Trim();

    /// <summary>Marks a step: by the frequency for continuous ones, four or, for minutes, five for integer ones.</summary>
    private static int Marks(ReferenceConfig config)
    {
        var frequency = config.String("freq");
        if (Calendar(config) != CalendarKind.Continuous)
            return frequency == "t" ? 5 : 4;
        return frequency switch
        {
            "h" => 4,
            "t" => 5,
            "s" => 6,
            "m" or "a" => 1,
            "w" => 2,
            "d" or "b" => 3,
            _ => throw new UserException($"The frequency '{frequency}' of the case is unknown; expected h, t, s, m, a, w, d or b."),
        };
    }
}
