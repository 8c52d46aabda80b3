using System.Text.Json.Nodes;
using Anyformer.Attention;
using Anyformer.Attention.Mixed;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks.Layers;
using Anyformer.Blocks.Lightweight;
using Anyformer.Checkpoints;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.FeedForward;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Models.Language.Encoders;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.Pretrained;

[Collection(DefaultGenerator.Name)]
public sealed class PretrainedModelTests
{
    private static readonly LanguageShape s_shape = new(Vocabulary: 17, Tokens: 12);

    public static TheoryData<string> Models => ["gpt2", "gpt2-scaled", "gpt_neo", "gpt_neo-full", "llama", "llama-tied", "bert", "bert-untied", "convbert", "convbert-grouped"];

    [Theory]
    [MemberData(nameof(Models))]
    public void AFolderBringsTheModelBack(string name)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var model = Model(name);
        PretrainedModel.Of(model).Save(folder["model"]);
        var opened = PretrainedModel.Open(folder["model"]);
        Assert.Empty(opened.FreshWeights);
        Assert.False(opened.Model.IsTraining);
        Assert.Equal(name.Split('-')[0], opened.ModelType);
        AssertSame(model, opened.Model);
        opened.Save(folder["again"]);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder["model"], "model.safetensors")), File.ReadAllBytes(Path.Combine(folder["again"], "model.safetensors")));
        Assert.Equal(File.ReadAllText(Path.Combine(folder["model"], "config.json")), File.ReadAllText(Path.Combine(folder["again"], "config.json")));
    }

    [Theory]
    [InlineData("small", true)]
    [InlineData("small", false)]
    public void AFolderBringsATranslatorBack(string preset, bool isGated)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var options = T5Options.Presets[preset] with { DecoderLayers = 1 };
        if (isGated)
            options = options with { FeedForward = T5Options.Presets["t5-v1_1-small"].FeedForward, TiesEmbeddings = false };
        var model = new T5(new TranslationShape(s_shape, s_shape), options);
        PretrainedModel.Of(model).Save(folder.Path);
        var opened = (T5)PretrainedModel.Open(folder.Path).Model;
        var (source, target) = (Tensor.From<long>([3, 1, 4, 1, 5]).View([1, 5]), Tensor.From<long>([2, 7, 1]).View([1, 3]));
        model.Eval();
        using var unrecorded = Autograd.NoGrad();
        Tensors.AssertSame(model.Call(source, target), opened.Call(source, target));
    }

    [SkippableTheory]
    [InlineData("gpt2", "lm-left-padded", "logits")]
    [InlineData("llama", "gqa", "logits")]
    [InlineData("bert", "pretraining", "prediction_logits")]
    [InlineData("convbert", "grouped-linear", "logits")]
    public void OfficialWeightsGiveOfficialScores(string type, string name, string scores)
    {
        var parity = SharedFolder.Require($"parity/{type}/{name}");
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(parity, "case.json")))!["config"]!;
        config["model_type"] = type;
        File.WriteAllText(folder["config.json"], config.ToJsonString());
        File.Copy(Path.Combine(parity, "weights.safetensors"), folder["model.safetensors"]);
        var model = (TextModel)PretrainedModel.Open(folder.Path).Model;
        model.Eval();
        var (inputs, outputs) = (Safetensors.Load(Path.Combine(parity, "inputs.safetensors")), Safetensors.Load(Path.Combine(parity, "outputs.safetensors")));
        var real = inputs["attention_mask"];
        var computed = model.Call(new TextInput(inputs["input_ids"])
        {
            Real = real.Ne(0),
            Types = inputs.GetValueOrDefault("token_type_ids"),
            Positions = inputs.GetValueOrDefault("position_ids"),
        });
        Tensors.AssertClose(outputs[scores] * real.Unsqueeze(-1), computed * real.Unsqueeze(-1), 1e-4);
    }

    [Fact]
    public void WeightsStandUnderOfficialNamesInOfficialShapes()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        PretrainedModel.Of(Model("gpt2")).Save(folder.Path);
        var weights = Safetensors.Load(folder["model.safetensors"], out var metadata);
        Assert.Equal("pt", metadata["format"]);
        Assert.Equal(2 + 2 * 12 + 2, weights.Count);
        Assert.Equal([64, 192], weights["transformer.h.1.attn.c_attn.weight"].Shape);
        Assert.Equal([192], weights["transformer.h.1.attn.c_attn.bias"].Shape);
        Assert.Equal([64, 256], weights["transformer.h.0.mlp.c_fc.weight"].Shape);
        Assert.DoesNotContain("lm_head.weight", weights.Keys);
        var config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!;
        Assert.Equal("GPT2LMHeadModel", (string)config["architectures"]![0]!);
        Assert.Equal(("gpt2", "float32", 17, 12, "gelu_new"), ((string)config["model_type"]!, (string)config["torch_dtype"]!, (int)config["vocab_size"]!,
            (int)config["n_positions"]!, (string)config["activation_function"]!));
    }

    [Fact]
    public void KeysThatAreNotKnownStay()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        Save("llama", folder, config =>
        {
            config["transformers_version"] = "4.31.0";
            config["pretraining_tp"] = 2;
            config["head_dim"] = 16;
        });
        PretrainedModel.Open(folder.Path).Save(folder["again"]);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder["again"], "config.json")))!;
        Assert.Equal(("4.31.0", 2), ((string)config["transformers_version"]!, (int)config["pretraining_tp"]!));
    }

    [Theory]
    [InlineData(".safetensors", "model.safetensors.index.json")]
    [InlineData(".bin", "pytorch_model.bin.index.json")]
    public void WeightsMayLieInSeveralFiles(string extension, string index)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var model = Model("llama");
        PretrainedModel.Of(model).Save(folder.Path);
        var weights = Safetensors.Load(folder["model.safetensors"]);
        var map = new JsonObject();
        foreach (var shard in weights.Select((item, i) => (item.Key, item.Value, File: $"part-{i % 3}{extension}")).GroupBy(item => item.File))
        {
            Safetensors.Save(folder[shard.Key], shard.ToDictionary(item => item.Key, item => item.Value));
            foreach (var item in shard)
                map[item.Key] = shard.Key;
        }

        File.Delete(folder["model.safetensors"]);
        File.WriteAllText(folder[index], new JsonObject { ["weight_map"] = map }.ToJsonString());
        AssertSame(model, PretrainedModel.Open(folder.Path).Model);

        string Refusal(Action<JsonObject> change)
        {
            var changed = (JsonObject)map.DeepClone();
            change(changed);
            File.WriteAllText(folder[index], new JsonObject { ["weight_map"] = changed }.ToJsonString());
            return Assert.Throws<UserException>(() => PretrainedModel.Open(folder.Path)).Message;
        }

        Assert.Equal($"'{folder[index]}' names the file \"../part-0{extension}\", expected the name of one beside it.",
            Refusal(changed => changed["lm_head.weight"] = $"../part-0{extension}"));
        Assert.Equal($"'{folder[index]}' looks for the weight 'other' in 'part-0{extension}', which does not hold it.",
            Refusal(changed => changed["other"] = $"part-0{extension}"));
        Assert.Contains("part-9", Refusal(changed => changed["lm_head.weight"] = $"part-9{extension}"), StringComparison.Ordinal);
        Assert.Equal("The weights do not fit Llama: 1 missing (decoder.head.output.weight).", Refusal(changed => changed.Remove("lm_head.weight")));
        File.WriteAllText(folder[index], "{}");
        Assert.Equal($"'{folder[index]}' has no 'weight_map' that tells which file holds which weight.",
            Assert.Throws<UserException>(() => PretrainedModel.Open(folder.Path)).Message);
    }

    [Fact]
    public void OldNamesAndMissingHeadsAreTaken()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var model = (Bert)Model("bert");
        PretrainedModel.Of(model).Save(folder.Path);
        var weights = Safetensors.Load(folder["model.safetensors"]).Where(item => item.Key.StartsWith("bert.", StringComparison.Ordinal) && !item.Key.Contains("pooler"))
            .ToDictionary(item => item.Key["bert.".Length..].Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta"), item => item.Value.Clone());
        weights["embeddings.position_ids"] = Functional.Arange(12).Unsqueeze(0);
        File.Delete(folder["model.safetensors"]);
        Safetensors.Save(folder["pytorch_model.bin"], weights);
        var opened = PretrainedModel.Open(folder.Path);
        opened.Model.Eval();
        var text = new TextInput(Ids());
        Tensors.AssertSame(model.CallStates(text), ((Bert)opened.Model).CallStates(text));
        Assert.Equal(["encoder.head.norm.bias", "encoder.head.norm.weight", "encoder.head.scores.bias", "encoder.head.transform.bias", "encoder.head.transform.weight",
            "next_sentence.bias", "next_sentence.weight", "pooler.bias", "pooler.weight"], opened.FreshWeights.Order());
        var state = opened.Model.StateDict();
        Assert.All(state["encoder.head.norm.weight"].Numbers(), number => Assert.Equal(1, number));
        Assert.InRange(Math.Sqrt(state["pooler.weight"].Numbers().Average(number => number * number)), 0.015, 0.025);
    }

    [Fact]
    public void AFolderThatIsNoneIsRefused()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        string Refusal(string? config)
        {
            if (config is not null)
                File.WriteAllText(folder["config.json"], config);
            return Assert.Throws<UserException>(() => PretrainedModel.Open(folder.Path)).Message;
        }

        Assert.Equal($"The folder '{folder.Path}' holds no config.json, so it is no model folder of Hugging Face.", Refusal(null));
        Assert.StartsWith($"'{folder["config.json"]}' cannot be read: ", Refusal("{\"model_type\": "), StringComparison.Ordinal);
        Assert.Equal($"'{folder["config.json"]}' holds a JSON array, expected an object.", Refusal("[]"));
        var known = string.Join(", ", PretrainedArchitectures.ModelTypes);
        Assert.Contains("gpt2, gpt_neo, llama", known, StringComparison.Ordinal);
        Assert.Equal($"The config.json of '{folder.Path}' names no 'model_type'; expected one of {known}.", Refusal("{}"));
        Assert.Equal($"The model in '{folder.Path}' is of type 'opt', which is not known here; expected one of {known}.", Refusal("""{"model_type": "opt"}"""));
        Assert.Equal($"The folder '{folder.Path}' holds no weights; expected model.safetensors, model.safetensors.index.json, pytorch_model.bin or pytorch_model.bin.index.json.",
            Refusal("""{"model_type": "gpt2"}"""));
        File.WriteAllBytes(folder["model.safetensors"], [1, 2, 3]);
        Assert.StartsWith($"'{folder["model.safetensors"]}' cannot be read as a safetensors file: ", Refusal("""{"model_type": "gpt2"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt2", "add_cross_attention", "true", "GPT-2 cannot be built with 'add_cross_attention': true.")]
    [InlineData("gpt2", "n_layer", "\"two\"", "The key 'n_layer' of '*' should be of type Int32, found two.")]
    [InlineData("gpt2", "n_head", "0", "'config.heads' * is 0; expected at least 1 and at most 1024.")]
    [InlineData("gpt2", "n_head", "7", "The width must be a multiple of the number of heads, found width 64 and 7 heads.")]
    [InlineData("gpt2", "activation_function", "\"cosine\"", "Activation 'cosine' is unknown; expected one of *.")]
    [InlineData("gpt2", "vocab_size", "-4", "The model in '*' cannot be built: *")]
    [InlineData("gpt2", "vocab_size", "18", "The weights do not fit Gpt2: 1 of another shape (decoder.embedding.table.weight is [17, 64], expected [18, 64]).")]
    [InlineData("llama", "attention_bias", "true", "Llama cannot be built with 'attention_bias': true.")]
    [InlineData("llama", "head_dim", "32", "Llama can be built with 'head_dim': 16 only, found 32.")]
    [InlineData("llama", "pad_token_id", "17", "The token of padding must be one of a vocabulary of 17, found 'pad_token_id': 17.")]
    [InlineData("llama", "rope_scaling", """{"type": "yarn", "factor": 2}""",
        "Llama's rotary positions can be scaled by 'linear' with a 'factor', found 'rope_scaling' of type 'yarn'.")]
    [InlineData("bert", "is_decoder", "true", "BERT cannot be built with 'is_decoder': true.")]
    [InlineData("bert", "position_embedding_type", "\"relative_key\"", "BERT can be built with 'position_embedding_type': absolute only, found relative_key.")]
    [InlineData("gpt_neo", "attention_types", """[[["global", "local"], 2]]""", "GPT-Neo's 'attention_types' must say of each of 2 layers whether it is global or local, such as [[[\"global\", \"local\"], 1]].")]
    [InlineData("gpt_neo", "attention_types", """[[["global", "local"], 2000000000]]""", "GPT-Neo's 'attention_types' must say of each of 2 layers *")]
    [InlineData("gpt_neo", "attention_types", """[[["global", 1], 1]]""", "GPT-Neo's 'attention_types' must say of each of 2 layers *")]
    [InlineData("gpt_neo", "attention_types", """[["global", -1]]""", "GPT-Neo's 'attention_types' must say of each of 2 layers *")]
    [InlineData("gpt_neo", "attention_types", "{}", "GPT-Neo's 'attention_types' must say of each of 2 layers *")]
    [InlineData("gpt_neo", "num_layers", "2000000000", "GPT-Neo's 'attention_types' must say of each of 2000000000 layers *")]
    [InlineData("gpt_neo", "window_size", "-3", "GPT-Neo's 'window_size' must be at least 1, found -3.")]
    [InlineData("convbert", "num_groups", "3", "ConvBERT's 'num_groups' must divide 'hidden_size' and 'intermediate_size', found 3 for 64 and 256.")]
    [InlineData("convbert", "intermediate_size", "2000000000", "'config.feed-forward-width' * is 2000000000; expected at least 1 and at most 1048576.")]
    public void WhatCannotBeHonouredIsRefused(string type, string key, string value, string message)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        Save(type, folder, config => config[key] = JsonNode.Parse(value));
        var refusal = Assert.Throws<UserException>(() => PretrainedModel.Open(folder.Path)).Message;
        Assert.Matches("^" + System.Text.RegularExpressions.Regex.Escape(message).Replace(@"\*", ".*", StringComparison.Ordinal) + "$", refusal);
    }

    [Fact]
    public void AModelWithOtherPartsIsNotSaved()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var options = Gpt2Options.Presets["small"] with { Attention = Part<TokenMixer>.Of("performer"), Position = Part<PositionEncoding>.Of("rotary") };
        Assert.Equal("A folder of type 'gpt2' cannot say this model's attention, position; keep it as a run instead.",
            Assert.Throws<UserException>(() => PretrainedModel.Of(new Gpt2(s_shape, options)).Save(folder["model"])).Message);
        Assert.False(Directory.Exists(folder["model"]));
        Assert.StartsWith("A TransformerDecoder has no folder at Hugging Face; expected one of bert, convbert, gpt2, gpt_neo, llama, t5.",
            Assert.Throws<UserException>(() => PretrainedModel.Of(new TransformerDecoder(s_shape, options))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GptNeoKnowsWindowsAndNoBlocks()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        PretrainedModel.Of(Model("gpt_neo")).Save(folder["model"]);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder["model"], "config.json")))!;
        Assert.Equal("""[[["local","global"],1]]""", config["attention_types"]!.ToJsonString());
        Assert.Equal((5, "GPTNeoForCausalLM"), ((int)config["window_size"]!, (string)config["architectures"]![0]!));
        var blocks = new MasFormer(s_shape, MasFormerOptions.Presets["small"]);
        Assert.Equal("A folder of type 'gpt_neo' cannot say this model's attention; keep it as a run instead.",
            Assert.Throws<UserException>(() => PretrainedModel.Of(blocks).Save(folder["blocks"])).Message);
    }

    [Fact]
    public void WhatTokensAreForIsSaidOnce()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        PretrainedModel.Of(Model("gpt2")).Save(folder.Path, new SpecialTokens { Begin = 1, End = 2 });
        var config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!;
        Assert.Equal((1, 2), ((int)config["bos_token_id"]!, (int)config["eos_token_id"]!));
        // Without a say Hugging Face's library would take tokens beyond the vocabulary.
        Assert.True(config.AsObject().ContainsKey("pad_token_id") && config["pad_token_id"] is null);
        Assert.Equal("""{"_from_model_config":true,"bos_token_id":1,"eos_token_id":2}""", JsonNode.Parse(File.ReadAllText(folder["generation_config.json"]))!.ToJsonString());
        PretrainedModel.Open(folder.Path).Save(folder["again"], new SpecialTokens { Begin = 3, End = 4 });
        Assert.Equal(File.ReadAllText(folder["config.json"]), File.ReadAllText(Path.Combine(folder["again"], "config.json")));
    }

    /// <summary>Writes a folder, and changes its configuration.</summary>
    private static void Save(string name, TemporaryFolder folder, Action<JsonNode> change)
    {
        PretrainedModel.Of(Model(name)).Save(folder.Path);
        var config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!;
        change(config);
        File.WriteAllText(folder["config.json"], config.ToJsonString());
    }

    private static void AssertSame(TextModel expected, Anyformer.Modules.Module actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        actual.Eval();
        Tensors.AssertSame(expected.Call(Ids()), ((TextModel)actual).Call(Ids()));
    }

    private static Tensor Ids() => Functional.Arange(10).View([2, 5]);

    private static TextModel Model(string name)
    {
        TorchRuntime.ManualSeed(1);
        var (gpt2, llama, bert, convbert) =
            (Gpt2Options.Presets["small"], LlamaOptions.Presets["small"], BertOptions.Presets["small"], ConvBertOptions.Presets["small"]);
        var masformer = MasFormerOptions.Presets["small"] with { Attention = MasFormerOptions.Spans(MixedSpanAttentionOptions.Window(5, scale: 1), [1]) };
        TextModel model = name switch
        {
            "gpt2" => new Gpt2(s_shape, gpt2),
            "gpt2-scaled" => new Gpt2(s_shape, gpt2 with
            {
                Attention = Part<TokenMixer>.Of("composed", new ComposedAttentionOptions
                {
                    Scores = [Part<ScoreModifier>.Of("score-scale", new ScoreScaleOptions { DividesByWidth = false })],
                }),
                FeedForward = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = "relu" }),
                Dropout = 0.2,
                AttentionDropout = 0.3,
            }),
            "gpt_neo" => new MasFormer(s_shape, masformer),
            "gpt_neo-full" => new MasFormer(s_shape, masformer with
            {
                Layers = new LayerOptions { Count = 3 },
                Attention = MasFormerOptions.Spans(MixedSpanAttentionOptions.Blocks(4, 1), [2, 1, 0, 7]),
            }),
            "llama" => new Llama(s_shape, llama),
            "llama-tied" => new Llama(s_shape, llama with
            {
                TiesEmbeddings = true,
                PaddingToken = 3,
                Position = Part<PositionEncoding>.Of("rope-linear", new ScaledRotaryOptions { Base = 5000, Factor = 4 }),
                Norm = Part<NormalizationLayer>.Of("rms-norm", new RmsNormOptions { Epsilon = 1e-5 }),
            }),
            "bert" => new Bert(s_shape, bert),
            "bert-untied" => new Bert(s_shape, bert with { TiesEmbeddings = false, PaddingToken = 0, Types = 3 }),
            "convbert" => new ConvBert(s_shape, convbert),
            _ => new ConvBert(s_shape, convbert with
            {
                EmbeddingWidth = null,
                Attention = Part<TokenMixer>.Of("mixed-attention", new MixedAttentionOptions { HeadRatio = 4, Kernel = 5 }),
                FeedForward = Part<ChannelMixer>.Of("grouped-feed-forward", new GroupedFeedForwardOptions { Groups = 4, Activation = "gelu" }),
            }),
        };
        model.Eval();
        return model;
    }
}
