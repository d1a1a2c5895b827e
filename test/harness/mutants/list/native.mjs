// native/*.cc, and lib/addon/calls.ts on the other side
export default [
  {
    file: 'native/context_access.cc',
    tests: ['test/api/addon.test.ts', 'test/api/contexts/busy.test.ts'],
    mistakes: [
      [
        'calls that only ask may be made beside a step',
        'if (!context || !(*context)->isStepping()) return context;',
        'if (context) return context;',
      ],
      [
        'calls that change a context may be made beside others',
        'if (!context || !(*context)->isLent()) return context;',
        'if (!context || !(*context)->isStepping()) return context;',
      ],
    ],
  },
  {
    file: 'native/context_binding.cc',
    tests: ['test/api/contexts/busy.test.ts'],
    mistakes: [
      [
        'a step may be made beside other calls',
        'if (!info[1].IsUndefined()) token = copyOfBytes(env, info[1]);\n  auto* context = contextForChange(',
        'if (!info[1].IsUndefined()) token = copyOfBytes(env, info[1]);\n  auto* context = contextForQuery(',
      ],
      [
        'other calls may be made beside a step',
        'sspi::ContextLease(*context, sspi::ContextLease::Use::kStep)',
        'sspi::ContextLease(*context)',
      ],
      [
        'a context is exported beside other calls',
        'const auto* context = contextForChange(info.Env(), info[0]);',
        'const auto* context = contextForQuery(info.Env(), info[0]);',
      ],
    ],
  },
  {
    file: 'native/sspi/context_lease.h',
    tests: ['test/api/contexts/busy.test.ts'],
    mistakes: [
      [
        'a context stays busy after a call',
        'if (context_) context_->lent_.fetch_sub(',
        'if (!context_) context_->lent_.fetch_sub(',
      ],
    ],
  },
  {
    file: 'native/async_calls.cc',
    tests: ['test/api/threads', 'test/stress/lifecycle/threads.test.ts'],
    mistakes: [
      [
        'a call that waits is made although it was aborted',
        'threads_->withdraw(*pending->call);',
        '',
      ],
      [
        'what an aborted call made is released on the JavaScript thread',
        'pending->call->discard();',
        '',
      ],
      [
        'the result of an aborted call is delivered',
        'const std::optional<Pending> pending = take(number);\n  if (!pending) return;',
        'const auto node = pending_.find(number);\n  if (node == pending_.end()) return;\n  const Pending* pending = &node->second;',
      ],
      [
        'an idle environment keeps the process alive',
        'if (pending_.empty()) napi_unref_threadsafe_function(env_, function_);',
        '',
      ],
      [
        'a process ends before its calls',
        'if (pending_.empty()) napi_ref_threadsafe_function(env_, function_);',
        '',
      ],
      [
        'a full queue takes the call',
        'if (outcome != Outcome::kTaken) return 0;',
        'if (outcome == Outcome::kNoThread) return 0;',
      ],
    ],
  },
  {
    file: 'native/async_work.h',
    tests: ['test/api/contexts/busy.test.ts', 'test/stress/lifecycle/threads.test.ts'],
    mistakes: [['a call keeps what it used until its result is collected', 'work_.reset();', '']],
  },
  {
    file: 'native/win_delay_load_hook.cc',
    tests: ['test/package/hosts.test.ts'],
    mistakes: [
      [
        'the table of addresses stays read-only',
        'if (event == dliStartProcessing) makeWritable(info->ppfn);',
        '',
      ],
      ['the addon does not load in NW.js', 'L"nw.dll"', 'L"nv.dll"'],
      ['the addon does not load where node.dll has Node-API', 'L"node.dll"', 'L"nods.dll"'],
      [
        'the addon does not load where libnode.dll has Node-API',
        'L"libnode.dll"',
        'L"libnods.dll"',
      ],
      [
        'the addon takes the program for Node although it has no Node-API',
        'if (module && GetProcAddress(module, "napi_create_function")) return module;',
        'if (module) return module;',
      ],
    ],
  },
  {
    file: 'lib/addon/calls.ts',
    tests: ['test/api/threads/signals.test.ts', 'test/api/threads/abort.test.ts'],
    mistakes: [
      [
        'an error of the signal replaces the result',
        `    } catch {
      // The`,
        `    } catch (error) {
      throw error;
      // The`,
      ],
      [
        'a listener stays on the signal of a call that was refused',
        `  } catch (error) {
    listener?.remove();`,
        '  } catch (error) {',
      ],
      ['an aborted call runs on', 'getBinding().cancelCall(number)', 'undefined'],
      ['an abort while the listener is added is lost', 'if (!this.#aborted) return;', 'return;'],
    ],
  },
];
