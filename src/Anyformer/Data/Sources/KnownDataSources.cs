using System.Collections.Immutable;
using Anyformer.Data.TimeSeries;

namespace Anyformer.Data.Sources;

/// <summary>
/// The time-series data sets that Anyformer knows. The ETT files come from their authors' repository at a fixed commit. Exchange and
/// Weather are files of the Autoformer collection, whose authors keep them on cloud drives; the addresses are the same group's copies
/// on Hugging Face. Every file is verified by its SHA-256, so an address whose content changes is refused.
/// </summary>
public static class KnownDataSources
{
    private const string EttAddress =
        "https://raw.githubusercontent.com/zhouhaoyi/ETDataset/1d16c8f4f943005d613b5bc962e9eeb06058cf07/ETT-small/";
    private const string AutoformerAddress = "https://huggingface.co/datasets/thuml/Time-Series-Library/resolve/main/";
    private const string EttLicence = "CC BY-ND 4.0; cite Zhou et al., Informer, AAAI 2021";
    private const string NoLicence = "none stated";

    /// <summary>All known data sets.</summary>
    public static ImmutableArray<DataSource> All { get; } =
    [
        Ett("etth1", "hour", SplitRule.EttHour, "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066", 2_589_657),
        Ett("etth2", "hour", SplitRule.EttHour, "a3dc2c597b9218c7ce1cd55eb77b283fd459a1d09d753063f944967dd6b9218b", 2_417_960),
        Ett("ettm1", "15 minutes", SplitRule.EttMinute, "6ce1759b1a18e3328421d5d75fadcb316c449fcd7cec32820c8dafda71986c9e", 10_360_719),
        Ett("ettm2", "15 minutes", SplitRule.EttMinute, "db973ca252c6410a30d0469b13d696cf919648d0f3fd588c60f03fdbdbadd1fd", 9_677_236),
        new("exchange", "exchange rates of eight countries, every day", "exchange_rate.csv",
            new Uri(AutoformerAddress + "exchange_rate/exchange_rate.csv"),
            [
                new FileContent("48b4d9d3d508f5104162e85b9a6042e3557fde11aa9f2944eba8c0d0efc89842", 637_800),
                new FileContent("d55e7aa2641009814a18ba3279431b13f6d413b0eab195b9ff21988d8cf94e97", 630_212),
            ],
            NoLicence, SplitRule.Default) { OtherFolders = ["exchange-rate", "exchange_rate"] },
        new("weather", "21 weather readings at Jena, every 10 minutes of 2020", "weather.csv",
            new Uri(AutoformerAddress + "weather/weather.csv"),
            [new FileContent("34ee981d07313e51da2a50bb600072c8ae4a69cb4b0651f4cb93a069d7a2ba63", 7_235_425)],
            NoLicence, SplitRule.Default),
        new("us-flights-hourly", "departures an hour at ten US airports, and the mean delay, first half of 2001", "us-flights-hourly.csv",
            null,
            [new FileContent("3299de7abd06fc0b5d244e85f01b4e805ec04da064f9e331e3524d42005ccb84", 246_050)],
            "public domain (US government work)", SplitRule.Default),
    ];

    /// <summary>The data set named <paramref name="id"/>.</summary>
    /// <exception cref="UserException">There is no such data set.</exception>
    public static DataSource Get(string id) =>
        All.FirstOrDefault(source => source.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
        ?? throw new UserException($"The data set '{id}' is unknown, expected one of {string.Join(", ", All.Select(source => source.Id))}.");

    private static DataSource Ett(string id, string step, SplitRule split, string sha256, long bytes)
    {
        var fileName = "ETT" + id[3..] + ".csv";
        return new DataSource(
            id, $"load and oil temperature of an electricity transformer, every {step} for two years", fileName,
            new Uri(EttAddress + fileName), [new FileContent(sha256, bytes)], EttLicence, split)
        { OtherFolders = ["ETT-small"] };
    }
}
