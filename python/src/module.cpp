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
    py::register_exception<fascikit::InputError>(module, "InputError", PyExc_ValueError);
    py::exception<void>(module, "Cancelled", PyExc_RuntimeError);
    bind_source(module);
    bind_analysis(module);
    bind_stream(module);
    bind_filter(module);
    bind_simulate(module);
}
