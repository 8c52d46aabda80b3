using Anyformer.Attention.Kernels;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>
/// A router sends every token to few of many feed-forward networks: (..., tokens, width) to the same. Padding is sent nowhere where the host
/// says what is padding (<see cref="TokenContext"/>).
/// </summary>
public abstract class MixtureOfExperts : ChannelMixer
{
    private protected MixtureOfExperts(ChannelMixerShape shape, int experts, int gates, string activation, bool routerBias = false)
    {
        Router = new Linear(shape.Width, gates, routerBias);
        Experts = new ExpertNetworks(experts, shape.Width, shape.HiddenWidth, Activations.Named(activation), shape.Dropout);
    }

    /// <inheritdoc/>
    public override bool IsTokenwise => false;

    private protected Linear Router { get; }

    private protected ExpertNetworks Experts { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var (count, width) = (input.Size(-2), input.Size(-1));
        var tokens = input.Reshape([-1, count, width]);
        var route = Route(tokens, TokenContext.RealOf(input)?.View([-1, count]));
        Offer(route);
        return Experts.Call(tokens.Reshape([-1, width]), route).View(input.Shape);
    }

    /// <summary>Chooses experts, and adds the router's losses to <see cref="AuxiliaryLoss"/>.</summary>
    /// <param name="tokens">(groups, tokens, width).</param>
    /// <param name="real">(groups, tokens), false where a token is padding; null when none is.</param>
    private protected abstract ExpertRoute Route(Tensor tokens, Tensor? real);

    /// <summary>The router's scores, (groups, tokens, gates), in single precision at least.</summary>
    private protected Tensor Logits(Tensor tokens)
    {
        var logits = Functional.Linear(tokens.InFull(), Router.Weight.InFull(), Router.Bias?.InFull()).InFull();
        Recorder.Record(this, "router_logits", logits);
        return logits;
    }

    /// <summary>Adds a loss with its weight, when somebody collects and it has one.</summary>
    private protected static void AddLoss(double weight, Func<Tensor> loss)
    {
        if (AuxiliaryLoss.IsCollecting && weight != 0)
            AuxiliaryLoss.Add(loss() * weight);
    }

    private void Offer(ExpertRoute route)
    {
        if (!Recorder.IsListening)
            return;
        Recorder.Record(this, "experts", route.Experts);
        if (route.KeptWeights is { } weights)
            Recorder.Record(this, "weights", weights);
        if (route.Kept is { } kept)
            Recorder.Record(this, "kept", kept);
        if (route.Places is { } places)
            Recorder.Record(this, "places", places);
    }
}
