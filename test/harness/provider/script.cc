#include "script.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace provider {
namespace {

std::mutex mutex;
std::condition_variable gate;
std::map<std::string, std::deque<SECURITY_STATUS>> statuses;
std::map<std::string, uint32_t> delays;
std::set<std::string> held;
std::map<std::string, uint32_t> behaviours;

}  // namespace

void fail(const std::string& function, SECURITY_STATUS status) {
  const std::lock_guard lock(mutex);
  statuses[function].push_back(status);
}

void delay(const std::string& function, uint32_t milliseconds) {
  const std::lock_guard lock(mutex);
  delays[function] = milliseconds;
}

void hold(const std::string& function) {
  const std::lock_guard lock(mutex);
  held.insert(function);
}

void release(const std::string& function) {
  const std::lock_guard lock(mutex);
  held.erase(function);
  gate.notify_all();
}

void behave(const std::string& name, uint32_t value) {
  const std::lock_guard lock(mutex);
  behaviours[name] = value;
}

void clearScript() {
  const std::lock_guard lock(mutex);
  statuses.clear();
  delays.clear();
  held.clear();
  behaviours.clear();
  gate.notify_all();
}

std::optional<SECURITY_STATUS> obeyScript(const char* function) {
  std::unique_lock lock(mutex);
  if (const auto found = delays.find(function); found != delays.end()) {
    const uint32_t milliseconds = found->second;
    lock.unlock();
    Sleep(milliseconds);
    lock.lock();
  }
  gate.wait(lock, [function] { return !held.contains(function); });
  const auto found = statuses.find(function);
  if (found == statuses.end() || found->second.empty()) return std::nullopt;
  const SECURITY_STATUS status = found->second.front();
  found->second.pop_front();
  return status;
}

std::optional<uint32_t> behaviour(const char* name) {
  const std::lock_guard lock(mutex);
  const auto found = behaviours.find(name);
  return found == behaviours.end() ? std::nullopt : std::optional(found->second);
}

bool useUp(const char* name) {
  const std::lock_guard lock(mutex);
  const auto found = behaviours.find(name);
  if (found == behaviours.end() || found->second == 0) return false;
  found->second--;
  return true;
}

}  // namespace provider
