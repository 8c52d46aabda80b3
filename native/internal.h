// What the files of the binding share: handles to libtorch objects and back, and the border that no exception crosses.
#pragma once

#include "anyformer_torch.h"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <exception>
#include <string>
#include <utility>

namespace anyformer {

void set_error(std::string message);
char* copy_string(const std::string& text);

template <typename Body>
int guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& error) {
    set_error(error.what_without_backtrace());
  } catch (const std::exception& error) {
    set_error(error.what());
  } catch (...) {
    set_error("an unknown C++ exception");
  }
  return 1;
}

inline c10::TensorImpl* implementation(AnyformerTensor handle) {
  return reinterpret_cast<c10::TensorImpl*>(handle);
}

// A second reference to the tensor behind a handle; null gives an undefined tensor.
inline at::Tensor borrow(AnyformerTensor handle) {
  if (!handle) return at::Tensor();
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::unsafe_reclaim_from_nonowning(implementation(handle)));
}

// Gives the reference away as a handle; an undefined tensor gives null.
inline AnyformerTensor release(at::Tensor&& tensor) {
  return tensor.defined() ? reinterpret_cast<AnyformerTensor>(tensor.unsafeReleaseTensorImpl()) : nullptr;
}

inline at::Generator borrow(AnyformerGenerator handle) {
  if (!handle) return at::Generator();
  return at::Generator(
      c10::intrusive_ptr<c10::GeneratorImpl>::unsafe_reclaim_from_nonowning(reinterpret_cast<c10::GeneratorImpl*>(handle)));
}

c10::IValue to_ivalue(const AnyformerValue& value);
AnyformerValue from_ivalue(c10::IValue&& value);

}  // namespace anyformer
