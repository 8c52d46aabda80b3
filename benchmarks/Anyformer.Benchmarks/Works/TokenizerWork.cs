using System.IO.Compression;
using System.Text;
using Anyformer.Data.Texts.Tokenization.Training;

namespace Anyformer.Benchmarks.Works;

/// <summary>
/// Byte-level BPE on natural text, one thread: a vocabulary of 32,000 is trained on the first half of wikitext-2's training text, and the second half,
/// which it has not seen, is encoded, the first time without anything in the cache of words.
/// </summary>
internal static class TokenizerWork
{
    /// <summary>Megabytes of text a second.</summary>
    internal static double Megabytes(double seconds)
    {
        var text = Corpus();
        var half = text.IndexOf('\n', text.Length / 2);
        var tokenizer = TokenizerTrainer.TrainBytePairs([text[..half]], new TokenizerTrainingOptions { Vocabulary = 32_000 });
        var unseen = text[half..];
        return Clock.Rate(seconds, 1, 1, () => tokenizer.EncodeIds(unseen)) * Encoding.UTF8.GetByteCount(unseen) / 1e6;
    }

    private static string Corpus()
    {
        var folder = Environment.GetEnvironmentVariable("ANYFORMER_DATA") ?? Path.Combine("..", "shared", "data");
        using var file = File.OpenRead(Path.Combine(folder, "wikitext-2", "train.txt.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
