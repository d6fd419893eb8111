/** Version of the JavaScript part, and of the C++ sources that the addon is built from. */
export const TFJS_NODE_VERSION = '4.22.0';

/** Raised when the addon has to be built again from the same versions: another patch, other flags. */
export const PATCH = 2;

export const ADDON_FILE = 'tfjs_binding.node';

/** Needed at run time, beside the addon. */
export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** The one wheel that is taken, whatever Python downloads it. Bytes; the digest is that of its file on PyPI. */
export const WHEEL = {
  requirement: 'tensorflow-cpu==2.21.0',
  tensorflow: '2.21.0',
  file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  python: '3.11',
  abi: 'cp311',
  platform: 'manylinux_2_27_x86_64',
  bytes: 273_829_956,
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
} as const;

/** Free space that an installation takes at its peak: the wheel, and what is unpacked of it. Bytes. */
export const SPACE_WITH_WHEEL = 1_200_000_000;
export const SPACE_WITH_FOLDER = 20_000_000;

/** Headers that the addon's sources include, directly or not, below `include/`. */
export const HEADERS = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/c_api_macros.h',
  'tensorflow/c/tf_attrtype.h',
  'tensorflow/c/tf_buffer.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/c/tf_tstring.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
] as const;

/** The C functions that the addon calls. */
export const SYMBOLS = (
  'TFE_NewContextOptions TFE_DeleteContextOptions TFE_NewContext TFE_DeleteContext TFE_ContextListDevices TFE_NewOp TFE_DeleteOp ' +
  'TFE_OpAddInput TFE_Execute TFE_OpSetAttrBool TFE_OpSetAttrBoolList TFE_OpSetAttrFloat TFE_OpSetAttrFloatList TFE_OpSetAttrInt ' +
  'TFE_OpSetAttrIntList TFE_OpSetAttrShape TFE_OpSetAttrString TFE_OpSetAttrType TFE_NewTensorHandle TFE_DeleteTensorHandle ' +
  'TFE_TensorHandleDataType TFE_TensorHandleDim TFE_TensorHandleNumDims TFE_TensorHandleResolve TFE_TensorHandleCopyToDevice ' +
  'TF_AllocateTensor TF_NewTensor TF_DeleteTensor TF_TensorData TF_TensorByteSize TF_TensorElementCount TF_TensorType TF_NumDims ' +
  'TF_Dim TF_DataTypeSize TF_NewStatus TF_DeleteStatus TF_GetCode TF_Message TF_NewBuffer TF_NewBufferFromString TF_DeleteBuffer ' +
  'TF_DeviceListCount TF_DeviceListName TF_DeviceListType TF_DeleteDeviceList TF_Version TF_NewGraph TF_DeleteGraph ' +
  'TF_GraphOperationByName TF_NewSessionOptions TF_DeleteSessionOptions TF_LoadSessionFromSavedModel TF_SessionRun TF_DeleteSession'
).split(' ');
