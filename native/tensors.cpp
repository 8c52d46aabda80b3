#include "internal.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

using namespace anyformer;

namespace {

// The same rules as for an assignment to .grad in Python; libtorch itself takes anything and fails, if at all, much later.
void require_fitting_grad(const at::Tensor& tensor, const at::Tensor& grad) {
  TORCH_CHECK(grad.sizes() == tensor.sizes(), "a gradient of shape ", grad.sizes(), " does not fit a tensor of shape ", tensor.sizes());
  TORCH_CHECK(grad.dtype() == tensor.dtype() && grad.device() == tensor.device(), "a gradient of ", grad.dtype(), " on ", grad.device(),
              " does not fit a tensor of ", tensor.dtype(), " on ", tensor.device());
}

}  // namespace

int anyformer_tensor_from_memory(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, int64_t context,
                                 void (*release_memory)(int64_t context), AnyformerTensor* tensor) {
  return guarded([&] {
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    auto result = at::from_blob(data, at::IntArrayRef(sizes, dimensions), [=](void*) { release_memory(context); }, options);
    *tensor = release(std::move(result));
  });
}

void anyformer_tensor_release(AnyformerTensor tensor) {
  if (tensor) c10::intrusive_ptr<c10::TensorImpl>::reclaim(implementation(tensor));
}

void anyformer_tensor_retain(AnyformerTensor tensor) { borrow(tensor).unsafeReleaseTensorImpl(); }

int anyformer_tensor_info(AnyformerTensor handle, AnyformerTensorInfo* info) {
  return guarded([&] {
    auto tensor = borrow(handle);
    const bool strided = tensor.layout() == at::kStrided;
    const auto device = tensor.device();
    info->sizes = tensor.sizes().data();
    info->strides = strided ? tensor.strides().data() : nullptr;
    info->data = strided && tensor.has_storage() && !tensor.is_neg() && !tensor.is_conj() ? tensor.data_ptr() : nullptr;
    info->element_count = tensor.numel();
    info->dimensions = static_cast<int32_t>(tensor.dim());
    info->dtype = static_cast<int32_t>(tensor.scalar_type());
    info->device_type = static_cast<int32_t>(device.type());
    info->device_index = device.index();
    info->layout = static_cast<int32_t>(tensor.layout());
    info->element_size = static_cast<int32_t>(tensor.itemsize());
    info->flags = (tensor.requires_grad() ? ANYFORMER_REQUIRES_GRAD : 0) | (tensor.is_leaf() ? ANYFORMER_IS_LEAF : 0) |
                  (strided && tensor.is_contiguous() ? ANYFORMER_IS_CONTIGUOUS : 0);
  });
}

int anyformer_tensor_set_requires_grad(AnyformerTensor tensor, int32_t requires_grad) {
  return guarded([&] { borrow(tensor).requires_grad_(requires_grad != 0); });
}

int anyformer_tensor_grad(AnyformerTensor tensor, AnyformerTensor* grad) {
  return guarded([&] { *grad = release(at::Tensor(borrow(tensor).grad())); });
}

int anyformer_tensor_set_grad(AnyformerTensor tensor, AnyformerTensor grad) {
  return guarded([&] {
    auto owner = borrow(tensor);
    auto value = borrow(grad);
    if (value.defined()) require_fitting_grad(owner, value);
    owner.mutable_grad() = value;
  });
}

int anyformer_tensor_grad_function(AnyformerTensor tensor, char** name) {
  return guarded([&] {
    const auto function = borrow(tensor).grad_fn();
    *name = function ? copy_string(function->name()) : nullptr;
  });
}

int anyformer_tensor_set_data(AnyformerTensor tensor, AnyformerTensor data) {
  return guarded([&] { borrow(tensor).set_data(borrow(data)); });
}
