#include "compat.h"
#include "internal.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>

#include <stdexcept>
#include <vector>

using namespace anyformer;
using torch::autograd::variable_list;

namespace {

variable_list borrow_all(const AnyformerTensor* handles, int32_t count) {
  variable_list tensors;
  tensors.reserve(count);
  for (int32_t i = 0; i < count; i++) tensors.push_back(borrow(handles[i]));
  return tensors;
}

// An edge of the graph whose backward is a managed callback. What backward needs is kept as SavedVariables, which see in-place
// changes and do not make a cycle when an output is saved.
struct ManagedNode : torch::autograd::Node {
  int64_t context = 0;
  AnyformerBackward backward = nullptr;
  void (*release_context)(int64_t) = nullptr;
  int32_t input_count = 0;
  std::vector<torch::autograd::SavedVariable> saved;

  ~ManagedNode() override { release_context(context); }

  std::string name() const override { return "ManagedBackward"; }

  variable_list apply(variable_list&& gradients) override {
    std::vector<AnyformerTensor> outputs;
    for (auto& gradient : gradients) outputs.push_back(release(std::move(gradient)));
    std::vector<AnyformerTensor> inputs(input_count, nullptr);
    char error[2048] = {};
    // The callback owns what it is handed and gives away what it returns.
    const auto status = backward(context, reinterpret_cast<AnyformerNode>(this), outputs.data(), static_cast<int32_t>(outputs.size()),
                                 inputs.data(), input_count, error, sizeof error);
    variable_list results;
    for (auto handle : inputs) {
      results.push_back(borrow(handle));
      anyformer_tensor_release(handle);
    }
    if (status != 0) throw std::runtime_error(error);
    return results;
  }

  void release_variables() override {
    for (auto& variable : saved) variable.reset_data();
  }
};

ManagedNode& node_of(AnyformerNode handle) { return *reinterpret_cast<ManagedNode*>(handle); }

// An output that is one of the inputs, or already has a history, gets an identity of its own before it joins the graph.
at::Tensor fresh(at::Tensor output, const variable_list& inputs) {
  bool aliased = output.grad_fn() != nullptr || output.requires_grad();
  for (const auto& input : inputs) aliased |= input.is_same(output);
  return aliased ? output.detach() : output;
}

}  // namespace

int anyformer_backward(const AnyformerTensor* outputs, const AnyformerTensor* gradients, int32_t count, int32_t retain_graph,
                       int32_t create_graph) {
  return guarded([&] {
    torch::autograd::backward(borrow_all(outputs, count), borrow_all(gradients, count), retain_graph != 0, create_graph != 0);
  });
}

int anyformer_grad(const AnyformerTensor* outputs, const AnyformerTensor* gradients, int32_t output_count, const AnyformerTensor* inputs,
                   int32_t input_count, int32_t retain_graph, int32_t create_graph, int32_t allow_unused, AnyformerTensor* results) {
  return guarded([&] {
    auto found = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count),
                                       borrow_all(gradients, output_count), retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (int32_t i = 0; i < input_count; i++) results[i] = release(std::move(found[i]));
  });
}

int anyformer_custom_function(const AnyformerTensor* inputs, int32_t input_count, AnyformerTensor* outputs, int32_t output_count,
                              const AnyformerTensor* saved, int32_t saved_count, int64_t context, AnyformerBackward backward,
                              void (*release_context)(int64_t context)) {
  return guarded([&] {
    auto node = std::shared_ptr<ManagedNode>(new ManagedNode(), torch::autograd::deleteNode);
    node->context = context;
    node->backward = backward;
    node->release_context = release_context;
    node->input_count = input_count;
    const auto input_tensors = borrow_all(inputs, input_count);
    if (!at::GradMode::is_enabled() || !torch::autograd::any_variable_requires_grad(input_tensors)) return;
    node->set_next_edges(torch::autograd::collect_next_edges(input_tensors));
    auto output_tensors = borrow_all(outputs, output_count);
    for (int32_t i = 0; i < output_count; i++) {
      auto output = fresh(output_tensors[i], input_tensors);
      if (at::isFloatingType(output.scalar_type()) || at::isComplexType(output.scalar_type())) {
        torch::autograd::impl::set_gradient_edge(output, {node, node->add_input_metadata(output)});
      } else {
        node->add_input_metadata(torch::autograd::Node::undefined_input());
      }
      anyformer_tensor_release(outputs[i]);
      outputs[i] = release(at::Tensor(output));
    }
    for (int32_t i = 0; i < saved_count; i++) {
      auto tensor = borrow(saved[i]);
      bool is_output = false;
      for (int32_t j = 0; j < output_count; j++) {
        if (output_tensors[j].defined() && output_tensors[j].is_same(tensor)) {
          tensor = borrow(outputs[j]);
          is_output = true;
        }
      }
      node->saved.emplace_back(tensor, is_output);
    }
  });
}

int anyformer_node_saved(AnyformerNode node, int32_t index, AnyformerTensor* tensor) {
  return guarded([&] { *tensor = release(node_of(node).saved.at(index).unpack(node_of(node).shared_from_this())); });
}

int32_t anyformer_node_needs_gradient(AnyformerNode node, int32_t input) { return node_of(node).task_should_compute_output(input); }

int32_t anyformer_grad_mode() { return at::GradMode::is_enabled(); }

void anyformer_set_grad_mode(int32_t enabled) { at::GradMode::set_enabled(enabled != 0); }

void* anyformer_inference_mode_enter() { return new c10::InferenceMode(true); }

void anyformer_inference_mode_leave(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

int anyformer_autocast_enter(int32_t device_type, int32_t enabled, int32_t dtype, int32_t* previous) {
  return guarded([&] {
    const auto device = static_cast<at::DeviceType>(device_type);
    *previous = static_cast<int32_t>(compat::autocast_dtype(device)) << 1 | (compat::autocast_enabled(device) ? 1 : 0);
    compat::set_autocast_enabled(device, enabled != 0);
    compat::set_autocast_dtype(device, static_cast<at::ScalarType>(dtype));
    at::autocast::increment_nesting();
  });
}

int anyformer_autocast_leave(int32_t device_type, int32_t previous) {
  return guarded([&] {
    const auto device = static_cast<at::DeviceType>(device_type);
    // Weights cast for this region are remembered; the outermost region forgets them.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    compat::set_autocast_enabled(device, (previous & 1) != 0);
    compat::set_autocast_dtype(device, static_cast<at::ScalarType>(previous >> 1));
  });
}
