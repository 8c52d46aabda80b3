using Anyformer.Attention.Softmax;
using Anyformer.Attention.Star;
using Anyformer.Inspection;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Cases of the fixed patterns of the survey as masks, and of attention under a mask.</summary>
[Reference("sparse-patterns")]
internal sealed class SparsePatternsReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        var config = parity.Config;
        if (parity.OptionalInput("q") is not null)
            return new MaskedAttentionReference().Run(parity);
        if (config.Has("clip_dist"))
            return new ParityResult(Tree(parity));
        if (config.Has("num_rand_blocks"))
            return new ParityResult(BigBird(parity));
        return new ParityResult(config.Has("etc_global") ? Compound(parity) : Atomic(parity));
    }

    private static Dictionary<string, Tensor> Atomic(ParityCase parity)
    {
        var config = parity.Config;
        var band = AttentionPattern.Band(config.Int("window"), config.Int("window"));
        var dilated = AttentionPattern.Dilated(config.Int("dilated_window"), config.Int("dilated_window"), config.Int("dilation"));
        var block = AttentionPattern.BlockLocal(config.Int("block"));
        config.WithoutEffect("random_keys");
        return Masks(config.Int("n"), new()
        {
            ["global"] = AttentionPattern.Global(Positions(parity.Input("global_index"))),
            ["band"] = band,
            ["band_causal"] = band & AttentionPattern.Causal,
            ["dilated"] = dilated,
            ["dilated_causal"] = dilated & AttentionPattern.Causal,
            ["block_local"] = block,
            ["block_local_causal"] = block & AttentionPattern.Causal,
            ["random"] = new GivenBlocks(1, [Rows(parity.Input("random_index"))]),
        });
    }

    private static Dictionary<string, Tensor> Compound(ParityCase parity)
    {
        var config = parity.Config;
        var (n, stride, summary, width) = (config.Int("n"), config.Int("stride"), config.Int("expressivity"), config.Int("width"));
        var global = Positions(parity.Input("global_index"));
        int[] query = config.Ints("image_2d_query"), memory = config.Ints("image_2d_memory");
        var (local, far) = (AttentionPattern.Band(stride - 1, 0), AttentionPattern.Strided(stride) & AttentionPattern.Causal);
        var own = AttentionPattern.BlockLocal(stride) & AttentionPattern.Causal;
        var columns = AttentionPattern.Columns(stride, stride - summary, stride) & AttentionPattern.Causal;
        var onLine = Masks(n, new()
        {
            ["longformer"] = NamedPatterns.Longformer(config.Int("window"), 1, global),
            ["longformer_dilated"] = NamedPatterns.Longformer(config.Int("window"), config.Int("dilation"), global),
            ["sparse_strided_local"] = local,
            ["sparse_strided_stride"] = far,
            ["sparse_strided_union"] = NamedPatterns.SparseStrided(stride),
            ["sparse_fixed_block"] = own,
            ["sparse_fixed_summary"] = columns,
            ["sparse_fixed_union"] = NamedPatterns.SparseFixed(stride, summary),
        });
        var onGrid = Masks(config.Int("height") * width, new()
        {
            ["block_local_2d"] = AttentionPattern.BlockLocal(config.Int("block_height") * width)
                & AttentionPattern.ColumnWindow(width, config.Int("block_width"), 0, 0),
            ["axial_row"] = AttentionPattern.BlockLocal(width),
            ["axial_column"] = AttentionPattern.Strided(width),
            ["image_1d"] = NamedPatterns.Image1D(config.Int("image_1d_query"), config.Int("image_1d_memory")),
            ["image_2d"] = NamedPatterns.Image2D(width, query[0], query[1], memory[0], memory[1]),
        });
        var outputs = onLine.Concat(onGrid).Concat(Masks(n + 1, new() { ["star"] = NamedPatterns.Star() }))
            .Concat(Masks(config.Int("etc_global") + config.Int("etc_long"),
                new() { ["etc"] = NamedPatterns.Etc(config.Int("etc_global"), config.Int("etc_radius")) })).ToDictionary();
        outputs["image_2d_order"] = RasterOrder(config.Int("height"), width, query);
        return outputs;
    }

    private static Dictionary<string, Tensor> BigBird(ParityCase parity)
    {
        var config = parity.Config;
        config.WithoutEffect("to_seq_length", "to_block_size", "num_rand_blocks");
        var (block, heads) = (config.Int("from_block_size"), config.Int("num_attention_heads"));
        // The first and the last block see everything, so nothing is drawn for them.
        var drawn = Enumerable.Range(0, heads).Select(head => (IReadOnlyList<int[]>)[[], .. Rows(parity.Input("rand_attn")[head]), []]).ToArray();
        var pattern = AttentionPattern.BlockWindow(block, block, block) | AttentionPattern.Global(..block, ^block..) | new GivenBlocks(block, drawn);
        return new() { ["mask"] = pattern.DenseMask(config.Int("from_seq_length"), heads) };
    }

    private static Dictionary<string, Tensor> Tree(ParityCase parity)
    {
        var config = parity.Config;
        var tree = new BinaryPartition(config.Int("length"), config.Bool("triu"), config.Int("step"), config.Int("clip_dist", 10));
        static Tensor Numbers(IEnumerable<int> numbers) => Tensor.From<long>([.. numbers.Select(number => (long)number)]);
        return new()
        {
            ["edge_source"] = Numbers(tree.Edges.Select(edge => edge.Source)),
            ["edge_target"] = Numbers(tree.Edges.Select(edge => edge.Target)),
            ["edge_relation"] = Numbers(tree.Edges.Select(edge => edge.Relation)),
            ["position"] = Numbers(tree.LastLeaves),
            ["level_sizes"] = Numbers(tree.LevelSizes),
        };
    }

    private static Dictionary<string, Tensor> Masks(int tokens, Dictionary<string, AttentionPattern> patterns) =>
        patterns.ToDictionary(item => item.Key, item => item.Value.DenseMask(tokens)[0]);

    private static Range[] Positions(Tensor index) => [.. index.ToArray<long>().Select(position => (int)position..((int)position + 1))];

    private static int[][] Rows(Tensor index) => [.. Enumerable.Range(0, (int)index.Size(0)).Select(row => Sorted(index[row]))];

    private static int[] Sorted(Tensor row) => [.. row.Contiguous().ToArray<long>().Select(block => (int)block).Order()];

    /// <summary>The order in which an image is generated; blocks at the edge leave gaps.</summary>
    private static Tensor RasterOrder(int height, int width, int[] block)
    {
        var blocksInRow = (width + block[1] - 1) / block[1];
        var order = from row in Enumerable.Range(0, height)
                    from column in Enumerable.Range(0, width)
                    select (long)((row / block[0] * blocksInRow + column / block[1]) * block[0] + row % block[0]) * block[1] + column % block[1];
        return Tensor.From<long>(order.ToArray());
    }

    /// <summary>Key blocks that somebody else drew, by head and block of queries.</summary>
    private sealed record GivenBlocks(int Size, IReadOnlyList<IReadOnlyList<int[]>> Drawn) : BlockTable
    {
        public override bool VariesByHead => Drawn.Count > 1;

        protected override int Block(PatternSite site) => Size;

        protected override int[] Keys(int queries, PatternSite site) => Drawn[site.Head][queries];
    }

    /// <summary>Softmax attention under the mask of the case.</summary>
    private sealed class MaskedAttentionReference : ModelReference<SoftmaxAttention>
    {
        protected override SoftmaxAttention Build(ParityCase parity)
        {
            parity.Config.WithoutEffect("pattern", "n", "window", "dilation", "global_index", "block");
            return new SoftmaxAttention();
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(SoftmaxAttention module, ParityCase parity)
        {
            using var recorder = new Recorder();
            var mask = AttentionMask.OfPairs(parity.Input("mask")) with { Keys = parity.OptionalInput("key_padding") };
            var context = module.Call(parity.Input("q"), parity.Input("k"), parity.Input("v"), mask);
            return new Dictionary<string, Tensor> { ["out"] = context, ["weights"] = recorder.Named("weights").Single().Alias() };
        }
    }
}
