namespace Anyformer.Catalog;

/// <summary>The places of the taxonomy, from the root down, separated by slashes.</summary>
public static class Family
{
    /// <summary>Transformers that forecast.</summary>
    public const string Forecasting = "models/forecasting/transformers";

    /// <summary>What forecasting Transformers are compared with.</summary>
    public const string ForecastingBaseline = "models/forecasting/baselines";
}
