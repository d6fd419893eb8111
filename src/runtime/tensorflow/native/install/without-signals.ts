/** C functions in which TensorFlow computes, or starts the threads that do. */
const GUARDED = ['TFE_NewContext', 'TFE_Execute', 'TF_LoadSessionFromSavedModel', 'TF_SessionRun'] as const;

/** Lets calls of the guarded functions go to `__wrap_<name>`, and those of `__real_<name>` to TensorFlow. */
export const WITHOUT_SIGNALS_FLAGS: readonly string[] = GUARDED.map((name) => `-Wl,--wrap=${name}`);

/**
 * Defines the wrapped functions: no signal is delivered to a thread while it is in them, but for those that say that the
 * thread itself did wrong. The matrix products that oneDNN before 3.11.2 generates let the stack pointer point into a
 * buffer from malloc, and the kernel writes what a signal handler needs below it: into the heap
 * (https://github.com/uxlfoundation/oneDNN/issues/4845). Threads inherit what is blocked where they are started.
 */
export const WITHOUT_SIGNALS_SOURCE = `#include <signal.h>

#include <initializer_list>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"

namespace {

class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t blocked;
    sigfillset(&blocked);
    for (int fault : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP}) sigdelset(&blocked, fault);
    pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

extern "C" {

decltype(TFE_NewContext) __real_TFE_NewContext;
TFE_Context *__wrap_TFE_NewContext(const TFE_ContextOptions *options, TF_Status *status) {
  WithoutSignals guard;
  return __real_TFE_NewContext(options, status);
}

decltype(TFE_Execute) __real_TFE_Execute;
void __wrap_TFE_Execute(TFE_Op *op, TFE_TensorHandle **results, int *count, TF_Status *status) {
  WithoutSignals guard;
  __real_TFE_Execute(op, results, count, status);
}

decltype(TF_LoadSessionFromSavedModel) __real_TF_LoadSessionFromSavedModel;
TF_Session *__wrap_TF_LoadSessionFromSavedModel(const TF_SessionOptions *options, const TF_Buffer *run_options, const char *folder,
                                                const char *const *tags, int tag_count, TF_Graph *graph, TF_Buffer *meta_graph,
                                                TF_Status *status) {
  WithoutSignals guard;
  return __real_TF_LoadSessionFromSavedModel(options, run_options, folder, tags, tag_count, graph, meta_graph, status);
}

decltype(TF_SessionRun) __real_TF_SessionRun;
void __wrap_TF_SessionRun(TF_Session *session, const TF_Buffer *run_options, const TF_Output *inputs, TF_Tensor *const *input_values,
                          int input_count, const TF_Output *outputs, TF_Tensor **output_values, int output_count,
                          const TF_Operation *const *targets, int target_count, TF_Buffer *run_metadata, TF_Status *status) {
  WithoutSignals guard;
  __real_TF_SessionRun(session, run_options, inputs, input_values, input_count, outputs, output_values, output_count, targets,
                       target_count, run_metadata, status);
}

}  // extern "C"
`;
