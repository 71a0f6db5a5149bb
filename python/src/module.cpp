// fascikit._core: private. The public package is python/fascikit.
#include "bindings.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/version.hpp"

PYBIND11_MODULE(_core, module) {
    namespace py = pybind11;
    using namespace fascikit::python;
    module.doc() = "The compiled half of fascikit; private.";
    module.attr("version") = FASCIKIT_VERSION_STRING;
    module.attr("schema_version") = fascikit::schema_version;
#if defined(__clang__)
    module.attr("compiler") = "clang " __clang_version__;
#else
    module.attr("compiler") = "gcc " __VERSION__;
#endif
    py::register_exception<fascikit::InputError>(module, "InputError", PyExc_ValueError).attr("__doc__") =
        "A file or recording that cannot be used: one line that names the place and what is allowed.";
    py::exception<void>(module, "Cancelled", PyExc_RuntimeError).attr("__doc__") =
        "An analysis was stopped because its progress callable answered False.";
    bind_source(module);
    bind_analysis(module);
    bind_stream(module);
    bind_filter_design(module);
    bind_filter_iir(module);
    bind_filter_more(module);
    bind_spectral(module);
    bind_score(module);
    bind_simulate(module);
    bind_evaluate(module);
    bind_simulator(module);
}
