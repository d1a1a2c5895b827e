// One call that can block, and the function that settles it.
#ifndef WINSSPI_CALL_H_
#define WINSSPI_CALL_H_

#include <napi.h>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "calls.h"
#include "convert.h"
#include "environment.h"
#include "sspi/status.h"

namespace winsspi {

// Makes the value of an output.
template <typename Output>
struct Converter {
  using Function = Napi::Value (*)(Napi::Env, Output&);
};

// Of a call that gives nothing but success.
template <>
struct Converter<void> {
  using Function = Napi::Value (*)(Napi::Env);
};

// Its work owns all that it touches: no JavaScript memory, no napi value. The function that settles
// it gets the converted output, or a failure object.
template <typename Output>
class Call final : public Calls::Pending {
 public:
  using Work = std::function<sspi::Result<Output>()>;
  using Convert = typename Converter<Output>::Function;

  // The number of the call, or 0: as Calls::start.
  static Napi::Value start(const Napi::Value& settle, Work work, Convert convert) {
    const Napi::Env env = settle.Env();
    auto call = std::make_unique<Call>(settle.As<Napi::Function>(), std::move(work), convert);
    return Napi::Number::New(env, Environment::of(env).calls().start(std::move(call)));
  }

  Call(Napi::Function settle, Work work, Convert convert)
      : Pending(settle), running_(std::make_shared<Running>(std::move(work))), convert_(convert) {}

 private:
  class Running final : public Job {
   public:
    explicit Running(Work work) : work_(std::move(work)) {}

    sspi::Result<Output>& result() { return *result_; }

   private:
    void work() override {
      result_.emplace(work_());
      // What the work owned goes before anything can run that closes the same objects.
      work_ = nullptr;
    }

    Work work_;
    std::optional<sspi::Result<Output>> result_;
  };

  std::shared_ptr<Job> job() const override { return running_; }

  Napi::Value result(Napi::Env env) override {
    sspi::Result<Output>& result = running_->result();
    if (!result) return failureOf(env, result.failure());
    if constexpr (std::is_void_v<Output>) {
      return convert_(env);
    } else {
      return convert_(env, *result);
    }
  }

  std::shared_ptr<Running> running_;
  Convert convert_;
};

}  // namespace winsspi

#endif  // WINSSPI_CALL_H_
