using Anyformer.Data.Sources;
using Anyformer.Data.TimeSeries;

namespace Anyformer.Tests.Data.Sources;

public class KnownDataSourcesTests
{
    [Fact]
    public void Sets_are_found_by_id_in_either_case()
    {
        Assert.Equal("ETTm2.csv", KnownDataSources.Get("ETTm2").FileName);
        Assert.Equal(SplitRule.EttMinute, KnownDataSources.Get("ettm2").Split);
        var error = Assert.Throws<UserException>(() => KnownDataSources.Get("etth3"));
        Assert.Equal(
            "The data set 'etth3' is unknown, expected one of etth1, etth2, ettm1, ettm2, exchange, weather, us-flights-hourly.", error.Message);
    }

    [Fact]
    public void Every_set_has_a_place_a_hash_and_a_size()
    {
        Assert.Equal(KnownDataSources.All.Length, KnownDataSources.All.Select(source => source.Id).Distinct().Count());
        foreach (var source in KnownDataSources.All)
        {
            Assert.All(source.Contents, content => Assert.Matches("^[0-9a-f]{64}$", content.Sha256));
            Assert.All(source.Contents, content => Assert.True(content.Bytes > 100_000));
            Assert.True(source.Address is null or { Scheme: "https" });
            Assert.NotEmpty(source.Licence);
        }
    }
}
